import type { Page } from "@playwright/test";
import { listOperations, reconcileOperation } from "@tachograph/ledger";
import { expect, test } from "../src/fixtures.ts";
import { pressUntilFocused } from "../src/press-until.ts";
import { TREASURER } from "../src/traffic/unknown-payments.ts";

const list = `/operations?status=unknown&q=${encodeURIComponent(TREASURER)}`;
const rows = (page: Page) => page.getByRole("table", { name: "Operations" }).getByRole("row");
const facts = (page: Page) => page.getByRole("region", { name: "What it is" });

test("an unknown payment is found from the overview, looked up, and settled with a reason", async ({ page }) => {
  await page.goto("/");
  await page.getByText("To find out", { exact: true }).locator("..").getByRole("link").click();
  await expect(page).toHaveURL(/\/operations\?status=unknown/);
  const box = page.getByRole("combobox", { name: "Search operations" });
  await box.fill(`${TREASURER} tool:capture_payment`);
  await box.press("Enter");
  await expect(page).toHaveURL(/tool=capture_payment/);
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  await expect(rows(page).nth(1)).toContainText("unknown");
  await rows(page).nth(1).getByRole("link").click();

  await expect(page.getByRole("heading", { name: "Did it happen?" })).toBeVisible();
  await expect(facts(page)).toContainText("nobody knows whether it happened");
  await expect(page.getByRole("link", { name: /the arguments of the call/ })).toBeVisible();
  const settle = page.getByRole("button", { name: "Settle it" });
  await expect(settle).toBeDisabled();
  await page.getByRole("radio", { name: /It happened\..*never runs again/ }).check();
  const reason = page.getByRole("textbox", { name: "How do you know?" });
  await reason.fill("  x ");
  await settle.click();
  await expect(page.getByRole("alert").filter({ hasText: "three characters" })).toBeVisible();
  await reason.fill("Seen in the bank's ledger, 4711");
  await settle.click();

  await expect(page.getByText("Settled: it happened.")).toBeFocused();
  await expect(facts(page)).toContainText("the change was made");
  await expect(facts(page)).toContainText(/Found out by.*Local owner.*Seen in the bank's ledger, 4711/s);
  await page.reload();
  await expect(facts(page)).toContainText("Seen in the bank's ledger, 4711");
  await expect(page.getByRole("heading", { name: "Did it happen?" })).toHaveCount(0);

  await page.goto("/operations?status=found_out");
  await expect(rows(page).nth(1)).toContainText("Seen in the bank's ledger, 4711");
});

test("an unknown payment is settled by the keyboard alone", async ({ page, service }) => {
  await page.goto(list);
  await expect(rows(page).nth(1)).toContainText("unknown");
  // `k` stays on the first row, however often it is pressed.
  await pressUntilFocused(page, "k", rows(page).nth(1).getByRole("link"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Did it happen?" })).toBeVisible();
  const id = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
  const press = async (key: string, until: () => Promise<boolean>): Promise<void> => {
    for (let presses = 0; presses < 60 && !(await until()); presses++) await page.keyboard.press(key);
  };
  const isFocused = (name: RegExp, role: "radio" | "textbox" | "button") => () =>
    page.getByRole(role, { name }).evaluate((element) => element === document.activeElement);
  await press("Tab", isFocused(/It happened/, "radio"));
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: /It did not happen/ })).toBeChecked();
  await press("Tab", isFocused(/How do you know/, "textbox"));
  await page.keyboard.type("The bank has no such payment");
  await press("Tab", isFocused(/Settle it/, "button"));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Settled: it did not happen.")).toBeFocused();
  const { rows: found } = await listOperations(service.ledger, { project: "default", status: "found_out", limit: 50 });
  expect(found.find((operation) => operation.id === id)).toMatchObject({
    state: "failed_retryable",
    effect: "none",
    resolvedBy: "Local owner",
    resolvedReason: "The bank has no such payment",
  });
});

test("a finding that comes after another is not written, and its author sees why", async ({ page, service }) => {
  await page.goto(list);
  await rows(page).nth(1).getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Did it happen?" })).toBeVisible();
  const operationId = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
  const finding = { project: "default", operationId, attempt: 1, found: "applied", reason: "seen", by: "ben" } as const;
  expect(await reconcileOperation(service.ledger, finding)).toBe(true);

  await page.getByRole("radio", { name: /It did not happen/ }).check();
  await page.getByRole("textbox", { name: "How do you know?" }).fill("not there");
  await page.getByRole("button", { name: "Settle it" }).click();
  const told = page.getByRole("alert").filter({ hasText: "in the meantime" });
  await expect(told).toBeVisible();
  await expect(page.getByRole("textbox", { name: "How do you know?" })).toHaveValue("not there");
  await told.getByRole("button", { name: "Look again" }).click();
  await expect(facts(page)).toContainText(/Found out by.*ben.*seen/s);
  await expect(page.getByRole("heading", { name: "Did it happen?" })).toHaveCount(0);
});

test("the page of a call leads to its operation", async ({ page }) => {
  await page.goto("/calls?range=1h&tool=refund_order&outcome=duplicate_replayed");
  await page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("dialog", { name: "Call" }).getByRole("link", { name: "Show it", exact: true }).click();
  await expect(page).toHaveURL(/\/operations\/[0-9a-f]{64}$/);
  await expect(facts(page)).toContainText("payments / refund_order");
  await expect(page.getByRole("heading", { name: /^Its calls/ })).toBeVisible();
});
