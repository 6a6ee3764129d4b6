import { sampleCall } from "@tachograph/record/testing";
import type { Page } from "@playwright/test";
import { expect, test } from "../src/fixtures.ts";
import { openPalette, pressUntilFocused } from "../src/press-until.ts";

const rowsOf = (page: Page) => page.getByRole("table", { name: "Calls" }).getByRole("row");
const searchBox = (page: Page) => page.getByRole("combobox", { name: "Search calls" });

/** Asks, and waits for the rows: until then those of before stand there. */
async function search(page: Page, text: string): Promise<void> {
  await searchBox(page).fill(text);
  await searchBox(page).press("Enter");
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
}

test("find the denied refund of yesterday and say why", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  await expect(page.getByRole("heading", { name: /^Calls/, level: 1 })).toBeVisible();
  await page.getByRole("button", { name: /^24h/ }).click();
  await search(page, "outcome:denied tool:refund_order");
  await expect(page).toHaveURL(/outcome=denied/);
  await rowsOf(page).last().getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  const why = panel.getByRole("region", { name: "What happened" });
  await expect(why).toContainText("said no");
  await expect(why).toContainText("Nothing was changed.");
  // A rule of the gate, or what the server's HTTP layer said.
  await expect(why.getByText(/^(?:Rule|Error)$/).first()).toBeVisible();
  await expect(why.getByText("Reason", { exact: true })).toBeVisible();
});

test("the same from the keyboard alone", async ({ page }) => {
  await page.goto("/");
  await openPalette(page);
  await page.keyboard.type("Calls");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /^Calls/, level: 1 })).toBeVisible();
  await expect(rowsOf(page).nth(1)).toBeVisible();
  await page.keyboard.press("/");
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type("outc");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("deni");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("tool:refund_order");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/outcome=denied&tool=refund_order|tool=refund_order&.*outcome=denied/);
  // Rows that the filter takes away would take the focus with them.
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  await expect(rowsOf(page).nth(1)).toContainText("Denied");
  await page.keyboard.press("Escape");
  await searchBox(page).blur();
  await pressUntilFocused(page, "k", rowsOf(page).nth(1).getByRole("link"));
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog", { name: "Call" });
  await expect(panel.getByText("Reason", { exact: true }).first()).toBeVisible();
  const first = page.url();
  await page.keyboard.press("]");
  await expect(page).not.toHaveURL(first);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeHidden();
});

test("what is typed right after a completion was chosen follows it", async ({ page }) => {
  // As on a machine that has no time to paint.
  await page.addInitScript(() => {
    window.requestAnimationFrame = (callback) => window.setTimeout(() => callback(performance.now()), 300);
  });
  await page.goto("/calls");
  await expect(rowsOf(page).nth(1)).toBeVisible();
  await pressUntilFocused(page, "/", searchBox(page));
  await page.keyboard.type("outcome:deni");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("tool:refund_order");
  await expect(searchBox(page)).toHaveValue("outcome:denied tool:refund_order");
  // Until a frame that was asked for when the completion was chosen has been and gone.
  await page.waitForTimeout(500);
  await page.keyboard.type("s");
  await expect(searchBox(page)).toHaveValue("outcome:denied tool:refund_orders");
});

test("a search that is not understood points at the fault and mends it", async ({ page }) => {
  await page.goto("/calls");
  await search(page, "outcome:refusd bank");
  const fault = page.getByRole("alert").filter({ hasText: "refusd" });
  await expect(fault).toContainText('"refusd" is no outcome.');
  await expect(fault.locator("mark")).toHaveText("outcome:refusd");
  await expect(page).toHaveURL(/\/calls$/);
  await fault.getByRole("button", { name: "outcome:refused" }).click();
  await expect(searchBox(page)).toHaveValue("outcome:refused bank");
  await searchBox(page).press("Enter");
  await expect(page).toHaveURL(/outcome=.*denied/);
  await expect(page).toHaveURL(/q=bank/);
});

test("names are completed from what was recorded, with how many calls have them", async ({ page }) => {
  await page.goto("/calls?outcome=denied");
  await searchBox(page).click();
  await searchBox(page).pressSequentially("tool:ref");
  const option = page.getByRole("option", { name: /^refund_order/ });
  await expect(option).toContainText(/\d/);
  await option.click();
  await expect(searchBox(page)).toHaveValue("tool:refund_order ");
});

test("what sets the denied refunds apart is told with shares, and a click looks at those", async ({ page }) => {
  await page.goto("/calls?range=7d");
  const button = page.getByRole("button", { name: "What differs" });
  await expect(button).toBeDisabled();
  await search(page, "outcome:denied tool:refund_order");
  await button.click();
  await expect(page).toHaveURL(/differs=true/);
  await expect(page.getByRole("heading", { name: /^What sets these \d+ calls apart$/ })).toBeVisible();
  await expect(page.getByText(/^from [\d,]+ other calls that match the rest of the filter$/)).toBeVisible();
  const differences = page.getByRole("list", { name: "Differences" });
  const rule = differences.getByRole("button").filter({ hasText: "Rule" }).first();
  await expect(rule).toContainText(/\d+ % of these\s*0 % of the others/);
  // Both sides are refunds.
  await expect(differences.getByRole("listitem").filter({ hasText: /^Tool/ })).toHaveCount(0);
  await rule.click();
  await expect(page).toHaveURL(/rule=/);
  await expect(page.getByRole("list", { name: "Filters" })).toContainText("Rule");
  await page.reload();
  await expect(differences).toBeVisible();
});

test("send this view to a colleague: the address holds filters, columns, time and the open call", async ({
  page,
  browser,
  service,
  signedIn,
}) => {
  await page.goto("/calls?range=7d");
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText(/\d/);
  const all = await heading.innerText();
  await search(page, "effect:unknown");
  await expect(page).toHaveURL(/effect=unknown/);
  await expect(page.getByRole("list", { name: "Filters" })).toContainText("unknown");
  await expect(heading).not.toHaveText(all);
  await expect(heading).toHaveText(/\d/);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Client" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Duration" }).click();
  await page.keyboard.press("Escape");
  await rowsOf(page).nth(2).getByRole("link").click();
  await expect(page).toHaveURL(/call=/);
  await expect(page.getByRole("dialog", { name: "Call" }).getByRole("heading", { name: "Identity" })).toBeVisible();
  const address = page.url();
  const shown = async (of: Page) => ({
    heading: await of.getByRole("heading", { level: 1 }).innerText(),
    columns: await of.getByRole("table", { name: "Calls" }).getByRole("columnheader").allInnerTexts(),
    first: await rowsOf(of).nth(1).getByRole("link").getAttribute("href"),
    call: await of.getByRole("dialog", { name: "Call" }).getByRole("heading", { level: 2 }).nth(1).innerText(),
  });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/\d/);
  const mine = await shown(page);
  expect(mine.columns).toContain("Client");
  expect(mine.columns).not.toContain("Duration");

  const context = await browser.newContext({ baseURL: service.url, storageState: signedIn });
  const colleague = await context.newPage();
  await colleague.goto(address);
  await expect(
    colleague.getByRole("dialog", { name: "Call" }).getByRole("heading", { name: "Identity" }),
  ).toBeVisible();
  await expect(colleague.getByRole("heading", { level: 1 })).toHaveText(/\d/);
  expect(await shown(colleague)).toEqual(mine);
  await context.close();
});

test("a view is kept under a name, opened again and removed", async ({ page }) => {
  await page.goto("/calls?outcome=timeout&range=7d");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Keep this view…" }).click();
  const dialog = page.getByRole("dialog", { name: "Keep this view" });
  await dialog.getByLabel("Name").fill("Bank is slow");
  await dialog.getByRole("button", { name: "Keep" }).click();
  await expect(dialog).toBeHidden();

  await page.goto("/calls");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Bank is slow", exact: true }).click();
  await expect(page).toHaveURL(/outcome=timeout/);
  await expect(page).toHaveURL(/range=7d/);
  await expect(rowsOf(page).nth(1)).toContainText("Timeout");

  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Remove the view Bank is slow" }).click();
  await expect(page.getByRole("menuitem", { name: "Bank is slow", exact: true })).toHaveCount(0);
});

test("calls appear as they arrive, and wait while somebody reads", async ({ page, service }) => {
  const arrive = async (tool: string): Promise<void> => {
    const call = sampleCall({ tool, serverName: "live", startedAt: Date.now() });
    await service.ledger.record({ calls: [{ call, payload: null }], definitions: [] });
  };
  await page.goto("/calls?range=1h");
  await page.getByRole("button", { name: "Live", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "Live: 0 new" })).toBeVisible();
  await arrive("arrives_first");
  await expect(rowsOf(page).nth(1)).toContainText("arrives_first");

  await rowsOf(page).nth(3).getByRole("link").click();
  await expect(page.getByRole("dialog", { name: "Call" })).toBeVisible();
  await arrive("arrives_later");
  const more = page.getByRole("button", { name: /show 1 more/ });
  await expect(more).toBeVisible();
  await expect(rowsOf(page).nth(1)).toContainText("arrives_first");
  await more.click();
  await expect(rowsOf(page).nth(1)).toContainText("arrives_later");
});

test("the rows beside a call are found wherever it stands", async ({ page }) => {
  await page.goto("/calls?range=30d&tool=get_order");
  await expect(rowsOf(page).nth(1)).toBeVisible();
  const table = page.getByRole("table", { name: "Calls" });
  await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  const deep = (await rowsOf(page).last().getByRole("link").getAttribute("href"))?.split("/").at(-1) ?? "";
  await page.goto(`/calls?range=30d&tool=get_order&call=${deep}`);
  const panel = page.getByRole("dialog", { name: "Call" });
  await expect(panel.getByRole("button", { name: "Previous row ([)" })).toBeEnabled();
  await page.keyboard.press("[");
  await expect(page).not.toHaveURL(new RegExp(deep));
  await page.keyboard.press("]");
  await expect(page).toHaveURL(new RegExp(deep));
});

test("two attempts are laid side by side", async ({ page }) => {
  await page.goto("/calls?range=1h&retry=corrected_retry&tool=create_ticket");
  await rowsOf(page).nth(1).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  await panel.getByText("What differs between two attempts").click();
  await expect(panel.getByRole("row", { name: /Outcome Invalid input/ })).toBeVisible();
  await panel.getByRole("button", { name: "Compare arguments and results" }).click();
  const changed = panel.getByRole("region", { name: "What differs in the arguments" });
  await expect(changed).toContainText("removed: ");
  await expect(changed).toContainText("added: ");
});

test("a call is copied as its request and as a link", async ({ page, context, service }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: service.url });
  await page.goto("/calls?range=1h&tool=refund_order&outcome=ok");
  await rowsOf(page).nth(1).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  const copied = async (what: string): Promise<string> => {
    await panel.getByRole("button", { name: /^Cop/ }).first().click();
    await page.getByRole("menuitem", { name: what }).click();
    await expect(panel.getByRole("button", { name: "Copied" })).toBeVisible();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  expect(JSON.parse(await copied("Request as JSON-RPC"))).toMatchObject({
    jsonrpc: "2.0",
    method: "tools/call",
    params: { name: "refund_order", arguments: { orderId: expect.stringMatching(/./) as unknown } },
  });
  await expect(panel.getByRole("button", { name: "Copied" })).toBeHidden();
  await page.goto(await copied("Link"));
  await expect(page.getByRole("heading", { name: "Identity" })).toBeVisible();
});

test("an id at hand opens its call from anywhere", async ({ page }) => {
  await page.goto("/calls?range=1h");
  const href = await rowsOf(page).nth(1).getByRole("link").getAttribute("href");
  const id = href?.split("/").at(-1) ?? "";
  await page.goto("/");
  await openPalette(page);
  await page.keyboard.type(id);
  await page.getByRole("option", { name: /^Open the call/ }).click();
  await expect(page).toHaveURL(new RegExp(`/calls/${id}$`));
});

test("any window of time can be chosen, moved and made longer", async ({ page }) => {
  await page.goto("/calls");
  await page.getByRole("button", { name: "From when to when" }).click();
  await page.getByLabel("From", { exact: true }).fill("2026-01-01T10:00:00");
  await page.getByLabel("To", { exact: true }).fill("2026-01-01T09:00:00");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByText("The end has to come after the begin.")).toBeVisible();
  await page.getByLabel("To", { exact: true }).fill("2026-01-01T11:00:00");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/from=\d+&to=\d+/);
  const { searchParams } = new URL(page.url());
  expect(Number(searchParams.get("to")) - Number(searchParams.get("from"))).toBe(3_600_000);
  await page.getByRole("button", { name: "Twice as long" }).click();
  await expect
    .poll(() => {
      const now = new URL(page.url()).searchParams;
      return Number(now.get("to")) - Number(now.get("from"));
    })
    .toBe(7_200_000);
});
