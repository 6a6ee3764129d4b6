import { expect, test } from "../src/fixtures.ts";
import { openPalette, pressUntilFocused, tabTo } from "../src/press-until.ts";

test("which parameter of which tool fails most, and what to write into its contract", async ({ page }) => {
  await page.goto("/tools");
  await page.getByRole("button", { name: "Invalid" }).click();
  await expect(page).toHaveURL(/sort=invalid/);
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  const row = page.getByRole("table", { name: "Tools" }).getByRole("row").nth(1);
  await expect(row).toContainText("send_invoice");
  await expect(row).toContainText("/due");
  await row.getByRole("link").click();

  await expect(page).toHaveURL(/\/tools\/billing\/send_invoice/);
  const worst = page.getByRole("list", { name: "Failing parameters" }).getByRole("listitem");
  await expect(worst).toHaveCount(3);
  await expect(worst.first()).toContainText(/\/due\s*fails in 60 % of all calls, 89 % of the invalid ones, 120 times/);
  await expect(worst.first()).toContainText("Valid: string, format date");
  await expect(worst.first()).toContainText("Its description does not say the format: say `YYYY-MM-DD` in it.");
  await expect(worst.nth(2)).toContainText("Agents mean `amount`");

  const tool = page.url();
  await worst.first().getByRole("link").click();
  await expect(page).toHaveURL(/\/calls\/[0-9a-f-]{36}/);
  await expect(page.getByText("invalid_format").first()).toBeVisible();
  await page.goto(tool);
  await page.getByText("Invalid arguments", { exact: true }).locator("..").getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/Calls\s*135$/);
});

test("the same from the keyboard alone", async ({ page }) => {
  await page.goto("/");
  await openPalette(page);
  await page.keyboard.type("Tools");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: /^Tools/, level: 1 })).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Invalid" }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/sort=invalid/);
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  const row = page.getByRole("table", { name: "Tools" }).getByRole("row").nth(1);
  await expect(row).toContainText("send_invoice");
  await pressUntilFocused(page, "k", row.getByRole("link"));
  await page.keyboard.press("Enter");
  const worst = page.getByRole("list", { name: "Failing parameters" }).getByRole("listitem").first();
  await expect(worst).toContainText(/\/due\s*fails in 60 % of all calls/);
  await tabTo(page, worst.getByRole("link"));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/calls\/[0-9a-f-]{36}/);
  await expect(page.getByText("invalid_format").first()).toBeVisible();
});

test("a contract that changed says what became of it, and the address says which two are compared", async ({
  page,
}) => {
  await page.goto("/tools/billing/send_invoice");
  const contracts = page.getByRole("list", { name: "Contracts" }).getByRole("listitem");
  await expect(contracts).toHaveCount(2);
  await expect(contracts.first()).toContainText("in force");
  await expect(contracts.first()).toContainText("160 of 200 calls");
  const flags = page.getByRole("list", { name: "What to know of the change" });
  await expect(flags).toContainText("It no longer says that it only reads.");
  await expect(flags).toContainText("`amount` became required.");
  await expect(flags).toContainText("Its description changed");
  const difference = page.getByRole("region", { name: "What changed in the contract" });
  await expect(difference).toContainText("Always add the customer's card number");
  await expect(difference).toContainText("removed:");

  const choice = (name: string) => page.getByRole("combobox", { name, exact: true });
  const [from, to] = [choice("What changed from"), choice("to")];
  const [current, old] = [await to.inputValue(), await from.inputValue()];
  await to.selectOption(old);
  await expect(page).toHaveURL(new RegExp(`after=${old}`));
  await from.selectOption(current);
  await expect(flags).toContainText("It now says that it only reads.");
  await page.reload();
  await expect(flags).toContainText("It now says that it only reads.");
});
