import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../src/fixtures.ts";
import { pressUntilFocused } from "../src/press-until.ts";
import { HOSTILE_SESSION } from "../src/traffic/hostile-session.ts";
import { LONG_SESSION, LONG_SESSION_CALLS, recordLongSession } from "../src/traffic/long-session.ts";

const rowsOf = (page: Page) => page.getByRole("table", { name: "Calls of the session" }).getByRole("row");
const panelOf = (page: Page) => page.getByRole("dialog", { name: "Call" });

test("is this session retrying, and did anything happen twice? By mouse", async ({ page }) => {
  await page.goto("/sessions");
  const facets = page.getByRole("complementary", { name: "Facets" });
  await facets.getByRole("button", { name: /^possible double writes/ }).click();
  await expect(page).toHaveURL(/only=repeats/);
  await page.getByRole("button", { name: "Risk" }).click();
  await expect(page).toHaveURL(/sort=risk/);
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  await page.getByRole("table", { name: "Sessions" }).getByRole("row").nth(1).getByRole("link").click();

  const answers = page.getByRole("list", { name: "In short" });
  await expect(answers).toContainText(/calls? may have happened twice/);
  await expect(answers).toContainText(/Retrying now|Not retrying any more|Nothing was retried/);
  await answers.getByRole("link").first().click();
  await expect(page).toHaveURL(/call=[0-9a-f-]{36}/);
  await expect(panelOf(page).getByRole("heading", { name: "Identity" })).toBeVisible();
});

test("is this session retrying, and did anything happen twice? By keyboard", async ({ page }) => {
  await page.goto("/sessions?only=repeats&sort=risk");
  await expect(page.getByRole("table", { name: "Sessions" }).getByRole("row").nth(1)).toBeVisible();
  await pressUntilFocused(
    page,
    "k",
    page.getByRole("table", { name: "Sessions" }).getByRole("row").nth(1).getByRole("link"),
  );
  await page.keyboard.press("Enter");
  await expect(page.getByRole("list", { name: "In short" })).toContainText("may have happened twice");
  await expect(rowsOf(page).nth(1)).toBeVisible();
  await pressUntilFocused(page, "k", rowsOf(page).nth(1).getByRole("link").first());
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(panelOf(page).getByRole("heading", { name: "Identity" })).toBeVisible();
  const opened = page.url();
  await page.keyboard.press("]");
  await expect(page).not.toHaveURL(opened);
  await page.keyboard.press("[");
  await expect(page).toHaveURL(opened);
  await page.keyboard.press("Escape");
  await expect(panelOf(page)).toBeHidden();
});

test("sessions are sorted by their risk, which says its reasons", async ({ page }) => {
  await page.goto("/sessions?sort=risk");
  const rows = page.getByRole("table", { name: "Sessions" }).getByRole("row");
  await expect(rows.nth(1)).toContainText(/possible double write|effects? unknown|retried/);
  const scores = (await rows.allInnerTexts())
    .slice(1)
    .map((text) => Number(/(?:High|Medium|Low)\s*(\d+)/.exec(text)?.[1] ?? 0));
  expect(scores[0]).toBeGreaterThan(0);
  expect(scores).toEqual(scores.toSorted((one, other) => other - one));
});

test("the search of sessions understands its fields, and points at one that is none", async ({ page }) => {
  await page.goto("/sessions");
  const box = page.getByRole("combobox", { name: "Search sessions" });
  await box.fill("client:vscode only:denials");
  await box.press("Enter");
  await expect(page).toHaveURL(/client=vscode/);
  await expect(page).toHaveURL(/only=denials/);
  await box.fill("user:ann");
  await box.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: 'There is no field "user"' })).toBeVisible();
});

test("attempts stand together, filters leave what is asked for, and both are in the address", async ({ page }) => {
  await page.goto("/sessions?sort=retries");
  await page.getByRole("table", { name: "Sessions" }).getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("button", { name: "Group attempts" }).click();
  await expect(page).toHaveURL(/group=operation/);
  const attempts = rowsOf(page).getByRole("button", { name: /\d+ attempts, the last/ });
  await expect(attempts.first()).toBeVisible();
  const before = await rowsOf(page).count();
  await attempts.first().click();
  await expect(attempts.first()).toHaveAttribute("aria-expanded", "true");
  expect(await rowsOf(page).count()).toBeGreaterThan(before);
  await page.getByRole("button", { name: "Group attempts" }).click();
  await page.getByRole("button", { name: "Retries", exact: true }).click();
  await page.reload();
  await expect(rowsOf(page).nth(1)).toContainText(/retry|redelivery|repeat|thrash/);
});

test("the outline of a session is given to whoever is signed in, whatever its id holds, and to nobody else", async ({
  request,
  service,
  signedIn,
}) => {
  const url = `${service.url}/api/sessions/${encodeURIComponent(HOSTILE_SESSION)}/outline`;
  const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const outline = await request.get(url, { headers: { cookie } });
  expect(JSON.parse(await outline.text())).toMatchObject({ tools: [0, 1], end: { gaps: [], isCut: false } });
  const session = cookie.split("=")[0] ?? "";
  for (const stranger of ["", `${session}=made.up`]) {
    const response = await request.get(url, { headers: { cookie: stranger } });
    expect(response.status()).toBe(401);
  }
});

test.describe("a session of 30,000 calls", () => {
  let ids: string[];
  test.beforeAll(async ({ service }) => {
    ids = await recordLongSession(service.ledger);
  });

  test("opens, goes to its end and opens a call there, by keyboard", async ({ page }) => {
    await page.goto(`/sessions/${LONG_SESSION}`);
    await expect(page.getByRole("table", { name: "Calls of the session" })).toHaveAttribute(
      "aria-rowcount",
      String(LONG_SESSION_CALLS + 1),
    );
    await page.keyboard.press("G");
    const last = rowsOf(page).last();
    await expect(last).toContainText("30,000");
    await expect(last.getByRole("link")).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`call=${ids.at(-1)}`));
    await expect(panelOf(page).getByRole("heading", { name: "Identity" })).toBeVisible();
    await page.keyboard.press("[");
    await expect(page).toHaveURL(new RegExp(`call=${ids.at(-2)}`));
    await page.keyboard.press("]");
    await expect(page).toHaveURL(new RegExp(`call=${ids.at(-1)}`));
  });

  test("a link to a call far down shows it among its neighbours", async ({ page }) => {
    await page.goto(`/sessions/${LONG_SESSION}?call=${ids[24_999]}`);
    await expect(page.locator("[data-active]")).toContainText("25,000");
    await expect(panelOf(page).getByRole("heading", { name: "Identity" })).toBeVisible();
  });

  test("its map goes anywhere, by mouse and by keyboard, and counts what was wrong", async ({ page }) => {
    await page.goto(`/sessions/${LONG_SESSION}`);
    const map = page.getByRole("slider", { name: "Map of the session" });
    await expect(map).toHaveAttribute("aria-valuemax", String(LONG_SESSION_CALLS));
    await expect(page.getByText("59 effects unknown", { exact: false }).first()).toBeVisible();
    const box = await map.boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 10);
    await expect.poll(async () => Number(await map.getAttribute("aria-valuenow"))).toBeGreaterThan(14_000);
    await page.keyboard.press("m");
    await expect(map).toBeFocused();
    await page.keyboard.press("Home");
    await expect(map).toHaveAttribute("aria-valuenow", "1");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      test(`has no accessibility violation and nothing sticks out, ${colorScheme}, ${width} px wide`, async ({
        page,
      }) => {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`/sessions/${LONG_SESSION}?group=operation&show=retries,uncertain,refusals`);
        await expect(
          rowsOf(page)
            .getByRole("button", { name: /\d+ attempts, the last/ })
            .first(),
        ).toBeVisible();
        await expect(page.getByRole("slider", { name: "Map of the session" })).toBeVisible();
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => node.html)])).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      });
    }
  }
});
