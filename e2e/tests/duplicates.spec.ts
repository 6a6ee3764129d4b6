import { expect, test } from "../src/fixtures.ts";

test("a refund that was delivered twice: find the duplicate, open its original, see that it was paid once", async ({
  page,
}) => {
  await page.goto("/calls?range=1h");
  const box = page.getByRole("combobox", { name: "Search calls" });
  await box.fill("outcome:duplicate_replayed retry:redelivery tool:refund_order");
  await box.press("Enter");
  await expect(page).toHaveURL(/outcome=duplicate_replayed/);
  const duplicate = page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1);
  await expect(duplicate).toContainText("Replayed");
  await duplicate.getByRole("link").click();

  const panel = page.getByRole("dialog", { name: "Call" });
  const happened = panel.getByRole("region", { name: "What happened" });
  await expect(happened).toContainText("Answered with the result of the call of");
  await expect(happened).toContainText("nothing was executed again");
  const duplicateUrl = page.url();
  await happened.getByRole("link", { name: /^the call of / }).click();

  await expect(page).not.toHaveURL(duplicateUrl);
  await expect(happened).not.toContainText("Answered with the result");
  await expect(happened).not.toContainText("it may have happened twice");
  await expect(panel.getByRole("region", { name: "Operation" })).toContainText(
    "Executed once, delivered 2 times: the change was made.",
  );
  const attempts = panel.getByRole("listitem").filter({ has: page.getByRole("time") });
  await expect(attempts).toHaveCount(2);
  await expect(attempts.first()).toContainText("executed");
  await expect(attempts.last()).toContainText("Replayed");

  await panel.getByRole("link", { name: "All its calls" }).click();
  await expect(page).toHaveURL(/operation=[0-9a-f]{64}/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/Calls\s*2$/);
});

test("a refund that was held says what it waits for, and what was found out since", async ({ page }) => {
  await page.goto("/calls?range=1h&outcome=held&tool=refund_order");
  await page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  await expect(panel.getByRole("region", { name: "What happened" })).toContainText(
    "Nobody knew what had come of the call of",
  );
  await expect(panel.getByRole("region", { name: "Operation that it waits for" })).toContainText(
    /Executed (once|2 times)/,
  );
});
