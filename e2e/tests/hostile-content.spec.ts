import { expect, test } from "../src/fixtures.ts";
import { HOSTILE_SESSION } from "../src/traffic/hostile-session.ts";

test("what agents send is shown as text, and does nothing", async ({ page }) => {
  await page.goto(`/sessions/${encodeURIComponent(HOSTILE_SESSION)}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("hostile-<script>alert(1)</script>");
  const rows = page.getByRole("table", { name: "Calls of the session" }).getByRole("row");
  await rows.nth(1).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  await expect(panel.getByRole("region", { name: "Arguments" })).toContainText("<img src=x onerror=");
  await expect(panel.getByText("RLO").first()).toBeVisible();
  await expect(panel.getByRole("region", { name: "Arguments" })).toContainText("ZWSP");

  expect(await page.evaluate(() => "injected" in window)).toBe(false);
  for (const injected of ["img", "b[onmouseover]", "svg[onload]"]) await expect(page.locator(injected)).toHaveCount(0);
});

test("a long text is cut, and there is more on demand", async ({ page }) => {
  await page.goto(`/sessions/${encodeURIComponent(HOSTILE_SESSION)}`);
  await page.getByRole("table", { name: "Calls of the session" }).getByRole("row").nth(2).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  const result = panel.getByRole("region", { name: "Result" });
  await expect(result).toContainText("start AAAA");
  await expect(result).not.toContainText("the very end");
  const more = panel.getByRole("button", { name: "Load more" });
  while (await more.isVisible()) {
    await more.click();
    await expect(panel.getByRole("button", { name: "Load more", disabled: true })).toHaveCount(0);
  }
  await expect(result).toContainText("the very end");
  await expect(panel.getByRole("region", { name: "Arguments" })).toContainText("__proto__");
});

test("hostile queries in the address are ignored", async ({ page }) => {
  await page.goto(`/calls?outcome=nonsense&range=%3Cscript%3E&from=-1&to=1e999&tool=%00&call=../../x&q=%27%3B--`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Calls");
  await expect(page.getByText("This could not be read.")).toHaveCount(0);
});
