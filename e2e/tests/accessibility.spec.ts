import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { createPasswordLink, createUser } from "@tachograph/ledger";
import { expect, test } from "../src/fixtures.ts";
import { HOSTILE_SESSION } from "../src/traffic/hostile-session.ts";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const screens = [
  "/",
  "/sessions",
  "/sessions?only=repeats&sort=risk",
  `/sessions/${encodeURIComponent(HOSTILE_SESSION)}`,
  "/calls",
  "/calls?outcome=denied",
  "/operations",
  "/operations?status=found_out",
  "/tools",
  "/tools/billing/send_invoice",
  "/settings/you",
  "/settings/users",
  "/settings/projects",
  "/settings/keys",
  "/settings/access-log",
  "/settings/instance",
];

const views = [
  { colorScheme: "light", width: 1440 },
  { colorScheme: "dark", width: 1440 },
  { colorScheme: "light", width: 390 },
] as const;

for (const { colorScheme, width } of views) {
  test.describe(`${colorScheme}, ${width} px wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 900 }, contextOptions: { reducedMotion: "reduce" } });

    for (const screen of screens) {
      test(`${screen} has no accessibility violation and nothing sticks out`, async ({ page }) => {
        await page.goto(screen);
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        await expectAccessible(page);
      });
    }

    for (const filter of ["outcome=duplicate_replayed", "outcome=held", "rule=case_named"]) {
      test(`a call of ${filter} has no accessibility violation and nothing sticks out`, async ({ page }) => {
        await page.goto(`/calls?range=1h&tool=refund_order&${filter}`);
        const row = page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1);
        const href = await row.getByRole("link").getAttribute("href");
        await page.goto(href ?? "");
        await expect(page.getByRole("heading", { name: /^Operation/ })).toBeVisible();
        await expectAccessible(page);
      });
    }

    test("an operation to find out has no accessibility violation and nothing sticks out", async ({ page }) => {
      await page.goto("/operations?status=unknown");
      await page.getByRole("table", { name: "Operations" }).getByRole("row").nth(1).getByRole("link").click();
      await expect(page.getByRole("heading", { name: "Did it happen?" })).toBeVisible();
      await expectAccessible(page);
    });

    test("a call in its panel and on its page has no accessibility violation", async ({ page }) => {
      await page.goto("/calls?effect=unknown");
      await page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1).getByRole("link").click();
      const panel = page.getByRole("dialog", { name: "Call" });
      await expect(panel.getByRole("heading", { name: "Identity" })).toBeVisible();
      expect((await new AxeBuilder({ page }).withTags(rules).analyze()).violations).toEqual([]);
      await panel.getByRole("link", { name: "Open on its own page" }).click();
      await expect(page).toHaveURL(/\/calls\/[0-9a-f-]{36}$/);
      await expect(page.getByRole("heading", { name: "Identity" })).toBeVisible();
      expect((await new AxeBuilder({ page }).withTags(rules).analyze()).violations).toEqual([]);
    });

    test("the dialogs of settings have no accessibility violation", async ({ page, service }) => {
      await createUser(service.ledger, {
        name: "Ada",
        email: `ada-${colorScheme}-${width}@example.com`,
        role: "viewer",
      });
      await page.goto("/settings/users");
      await page
        .getByRole("button", { name: /^Change/ })
        .first()
        .click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page);
    });

    test.describe("signed out", () => {
      test.use({ storageState: { cookies: [], origins: [] } });
      for (const address of ["/login", "/login?problem=link", "/login/password?problem=spent"]) {
        test(`${address} has no accessibility violation and nothing sticks out`, async ({ page }) => {
          await page.goto(address);
          await expectAccessible(page);
        });
      }

      test("setting a password has no accessibility violation and nothing sticks out", async ({ page, service }) => {
        const email = `invited-${colorScheme}-${width}@example.com`;
        const userId = await createUser(service.ledger, { name: "Grace", email, role: "viewer" });
        const token = await createPasswordLink(service.ledger, { userId, purpose: "invitation", holdsHours: 1 });
        await page.goto(`/login/password?token=${token}`);
        await expect(page.getByLabel("New password")).toBeVisible();
        await expectAccessible(page);
      });
    });
  });
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  expect(violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => node.html)])).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
}
