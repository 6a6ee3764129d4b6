// pnpm --filter @tachograph/e2e tour: takes the pictures of the README anew, of demo traffic on a service of its own.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { chromium, type Page } from "@playwright/test";
import { findChromium } from "./chromium.ts";
import { startService } from "./service.ts";

interface Stop {
  /** Of the file. */
  name: string;
  path: string;
  /** What is done before the picture. */
  act?: (page: Page) => Promise<void>;
}

const openFirst = (table: string) => async (page: Page) => {
  await page.getByRole("table", { name: table }).getByRole("row").nth(1).getByRole("link").click();
};

const stops: readonly Stop[] = [
  { name: "overview", path: "/" },
  { name: "sessions", path: "/sessions?range=7d" },
  { name: "session", path: "/sessions?range=1h&sort=retries", act: openFirst("Sessions") },
  {
    name: "calls",
    path: "/calls?range=1h&outcome=denied",
    act: async (page) => {
      await openFirst("Calls")(page);
      await page.getByRole("dialog", { name: "Call" }).getByRole("heading", { name: "Identity" }).waitFor();
    },
  },
  { name: "tools", path: "/tools?range=1h&sort=invalid" },
  { name: "tool", path: "/tools?range=1h&sort=invalid", act: openFirst("Tools") },
  { name: "operation", path: "/operations?status=unknown", act: openFirst("Operations") },
];

const VIEWPORT = { width: 1360, height: 850 };
const SETTLE_MS = 1_200;

const folder = join(dirname(createRequire(import.meta.url).resolve("@tachograph/dashboard/package.json")), "docs");
await mkdir(folder, { recursive: true });
const service = await startService({ seededSessions: 60 });
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ viewport: VIEWPORT, colorScheme, baseURL: service.url });
    const page = await context.newPage();
    await page.goto(await service.loginLink());
    for (const { name, path, act } of stops) {
      await page.goto(path);
      await page.waitForTimeout(SETTLE_MS);
      await act?.(page);
      await page.waitForTimeout(SETTLE_MS);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
      console.log(`${name}-${colorScheme}.png`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await service.stop();
}
