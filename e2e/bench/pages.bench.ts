import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions } from "@playwright/test";
import { findChromium } from "../src/chromium.ts";
import { measureEmpty, openMetered, type PageCost } from "../src/page-meter.ts";
import { startService, type Service } from "../src/service.ts";
import { LONG_SESSION, LONG_SESSION_CALLS, recordLongSession } from "../src/traffic/long-session.ts";

interface Measurement {
  variant: string;
  metric: string;
  value: number;
  unit: string;
  /** How many times as long as a document of a few bytes from the same server, in the same rounds. */
  ratio?: number;
}

const root = join(import.meta.dirname, "../..");

/**
 * What each screen of the navigation costs a browser that opens it for the first time, and a session of 30,000 calls:
 * the built dashboard on a Postgres of its own, in a real Chromium. Each number is the median of its rounds, and that of
 * longest tasks the worst. In each round a document of a few bytes is opened too, which no page can be under.
 */
export async function* run({ quick }: { quick: boolean }): AsyncIterable<Measurement> {
  if (!existsSync(join(root, "apps/dashboard/.next/BUILD_ID"))) {
    console.error("The dashboard is not built; building it takes a minute or two and is not measured.");
    const { status } = spawnSync(process.execPath, [join(root, "apps/cli/src/main.ts"), "build"], { stdio: "inherit" });
    if (status !== 0) throw new Error("the dashboard could not be built");
  }
  const rounds = quick ? 1 : 5;
  const service = await startService({ seededSessions: quick ? 20 : 200, demoSessions: 0 });
  const ids = await recordLongSession(service.ledger);
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const context = await signIn(browser, service);
    for (const { name, path } of await screensOf(browser, service, context)) {
      const costs: PageCost[] = [];
      const empty: number[] = [];
      for (let round = 0; round < rounds; round++) {
        empty.push(await measureEmpty(browser, { url: `${service.url}/api/health`, context }));
        await using opened = await openMetered(browser, { url: service.url + path, context });
        costs.push(opened.cost);
      }
      yield* costsOf(name, costs, median(empty));
    }
    yield* measureLongSession({ browser, service, context, ids, rounds });
  } finally {
    await browser.close();
    await service.stop();
  }
}

async function signIn(browser: Browser, service: Service): Promise<BrowserContextOptions> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await service.loginLink());
  const storageState = await context.storageState();
  await context.close();
  return { storageState, viewport: { width: 1440, height: 900 } };
}

/** The screens that the navigation leads to. */
async function screensOf(
  browser: Browser,
  service: Service,
  context: BrowserContextOptions,
): Promise<{ name: string; path: string }[]> {
  await using opened = await openMetered(browser, { url: service.url, context });
  const links = opened.page.getByRole("navigation", { name: "Screens" }).getByRole("link");
  return await links.evaluateAll((all) =>
    all.map((link) => ({ name: link.textContent.trim(), path: link.getAttribute("href") ?? "/" })),
  );
}

async function* measureLongSession({
  browser,
  service,
  context,
  ids,
  rounds,
}: {
  browser: Browser;
  service: Service;
  context: BrowserContextOptions;
  ids: readonly string[];
  rounds: number;
}): AsyncIterable<Measurement> {
  const variant = `session of ${LONG_SESSION_CALLS.toLocaleString("en")} calls`;
  const costs: PageCost[] = [];
  const wholeMs: number[] = [];
  const tasks: Record<string, number[]> = {};
  const empty: number[] = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await measureEmpty(browser, { url: `${service.url}/api/health`, context }));
    await using opened = await openMetered(browser, { url: `${service.url}/sessions/${LONG_SESSION}`, context });
    const { page } = opened;
    costs.push(opened.cost);
    const table = page.getByRole("table", { name: "Calls of the session" });
    const task = async (name: string, work: () => Promise<void>): Promise<void> => {
      (tasks[name] ??= []).push(await opened.longestTaskOf(work));
    };
    await page.waitForFunction((rows) => document.querySelector(`[aria-rowcount="${rows}"]`), LONG_SESSION_CALLS + 1, {
      polling: "raf",
    });
    wholeMs.push(
      await page.evaluate(() => {
        const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
        return resources.find(({ name }) => name.includes("/outline"))?.responseEnd ?? NaN;
      }),
    );
    await task("longest task, to the end", async () => {
      await page.keyboard.press("G");
      await table.getByText(LONG_SESSION_CALLS.toLocaleString("en"), { exact: true }).waitFor();
    });
    await task("longest task, by the map", async () => {
      const map = page.getByRole("slider", { name: "Map of the session" });
      const box = await map.boundingBox();
      if (box === null) throw new Error("the session has no map");
      await page.mouse.move(box.x + 5, box.y + 10);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 10, { steps: 25 });
      await page.mouse.up();
    });
    await task("longest task, opening a call", async () => {
      await table.getByRole("row").nth(8).getByRole("link").click();
      await page.getByRole("dialog", { name: "Call" }).getByRole("heading", { name: "Identity" }).waitFor();
    });
  }
  yield* costsOf(variant, costs, median(empty));
  yield { variant, metric: "all calls there", value: median(wholeMs), unit: "ms" };
  for (const [metric, values] of Object.entries(tasks)) {
    yield { variant, metric, value: Math.max(...values), unit: "ms" };
  }
  await using linked = await openMetered(browser, {
    url: `${service.url}/sessions/${LONG_SESSION}?call=${ids[LONG_SESSION_CALLS - 5_000]}`,
    context,
  });
  await linked.page.locator("[data-active]").waitFor();
  const foundMs = await linked.page.evaluate(() => performance.now());
  yield { variant, metric: "a call far down, from its link", value: foundMs, unit: "ms" };
}

function* costsOf(variant: string, costs: readonly PageCost[], emptyMs: number): Iterable<Measurement> {
  const of = (field: keyof PageCost): number[] => costs.map((cost) => cost[field]);
  yield { variant, metric: "JavaScript", value: median(of("scriptBytes")) / 1000, unit: "kB" };
  yield { variant, metric: "largest paint", value: median(of("largestPaintMs")), unit: "ms" };
  const interactiveMs = median(of("interactiveMs"));
  yield { variant, metric: "interactive", value: interactiveMs, unit: "ms", ratio: interactiveMs / emptyMs };
  yield { variant, metric: "longest task", value: Math.max(...of("longestTaskMs")), unit: "ms" };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}
