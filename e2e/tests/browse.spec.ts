import { expect, test } from "../src/fixtures.ts";

test("from the sessions to a session to one of its calls", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Sessions", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Sessions" })).toBeVisible();

  const search = page.getByRole("combobox", { name: "Search sessions" });
  await search.fill("principal:ann@example.com");
  await search.press("Enter");
  await expect(page).toHaveURL(/principal=ann/);
  const sessions = page.getByRole("table", { name: "Sessions" });
  await expect(sessions.getByRole("row").nth(1)).toContainText("ann@example.com");
  await sessions.getByRole("row").nth(1).getByRole("link").click();
  await expect(page.getByRole("heading", { name: /^Session / })).toBeVisible();

  await page.getByRole("table", { name: "Calls of the session" }).getByRole("row").nth(2).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  await expect(panel.getByRole("heading", { name: "Identity" })).toBeVisible();
  await expect(panel.getByRole("region", { name: "Arguments" })).toContainText("as the customer asked");
  await expect(page).toHaveURL(/call=[0-9a-f-]{36}/);

  await panel.getByRole("link", { name: "Open on its own page" }).click();
  await expect(page).toHaveURL(/\/calls\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { name: "Identity" })).toBeVisible();
});

test("filtered calls stay filtered after a reload, in the list and in its counts", async ({ page }) => {
  await page.goto("/calls");
  const facet = page.getByRole("complementary", { name: "Facets" }).getByRole("button", { name: /^Denied/ });
  const count = Number((await facet.innerText()).replace(/\D/g, ""));
  expect(count).toBeGreaterThan(0);
  await facet.click();

  await expect(page).toHaveURL(/outcome=denied/);
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText(new RegExp(`Calls\\s*${count}$`));
  await page.reload();
  await expect(heading).toHaveText(new RegExp(`Calls\\s*${count}$`));
  await expect(facet).toHaveAttribute("aria-pressed", "true");
  const rows = page.getByRole("table", { name: "Calls" }).getByRole("row");
  await expect(rows).toHaveCount(Math.min(count, (await rows.count()) - 1) + 1);
  for (const row of (await rows.all()).slice(1)) await expect(row).toContainText("Denied");
});

test("the search box understands fields", async ({ page }) => {
  await page.goto("/calls");
  const box = page.getByRole("combobox", { name: "Search calls" });
  await box.fill("outcome:timeout tool:capture_payment bank");
  await box.press("Enter");
  await expect(page).toHaveURL(/outcome=timeout/);
  await expect(page).toHaveURL(/tool=capture_payment/);
  await expect(page).toHaveURL(/q=bank/);
  await expect(page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1)).toContainText("Timeout");
});

test("each number of the overview leads to the rows behind it", async ({ page }) => {
  await page.goto("/");
  const label = page.getByText("Effect unknown", { exact: true });
  const number = label.locator("..").getByRole("link");
  const count = await number.innerText();
  await number.click();
  await expect(page).toHaveURL(/\/calls\?effect=unknown/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(new RegExp(`Calls\\s*${count}$`));
});

test("the panel walks the rows and gives the focus back", async ({ page }) => {
  await page.goto("/calls");
  const rows = page.getByRole("table", { name: "Calls" }).getByRole("row");
  await rows.nth(2).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  await expect(panel).toBeVisible();
  const first = page.url();
  await page.keyboard.press("]");
  await expect(page).not.toHaveURL(first);
  await page.keyboard.press("[");
  await expect(page).toHaveURL(first);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(rows.nth(2).getByRole("link")).toBeFocused();
  await page.keyboard.press("j");
  await expect(rows.nth(3).getByRole("link")).toBeFocused();
});

test("a long list goes on when its end comes near", async ({ page }) => {
  await page.goto("/calls?range=30d");
  const table = page.getByRole("table", { name: "Calls" });
  await expect(table.getByRole("row").nth(1)).toBeVisible();
  const height = (): Promise<number> => table.evaluate((element) => element.scrollHeight);
  const before = await height();
  await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect.poll(height).toBeGreaterThan(before);
});

test("an empty time says how to fill it", async ({ page }) => {
  await page.goto("/calls?from=1000&to=2000");
  await expect(page.getByText("No calls in this time.")).toBeVisible();
  await expect(page.getByText('import { tachograph } from "@tachograph/gate"')).toBeVisible();
});

test("what the demo's agents did a moment ago is there, call by call", async ({ page, service }) => {
  expect(service.demoCalls).toBeGreaterThan(50);
  await page.goto("/calls?range=1h");
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText(/\d/);
  expect(Number((await heading.innerText()).replace(/\D/g, ""))).toBeGreaterThanOrEqual(service.demoCalls);
  await page.goto("/calls?range=1h&server=payments&q=refund");
  await page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1).getByRole("link").click();
  const panel = page.getByRole("dialog", { name: "Call" });
  await expect(panel.getByRole("region", { name: "Contract" })).toContainText('"inputSchema"');
});

test("an address that names nothing says so", async ({ request, service, signedIn }) => {
  const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  for (const path of [
    "/no/such/page",
    "/sessions/none",
    "/calls/01a20aa2-d3df-7efd-8a17-000000000000",
    "/calls/x",
    "/operations/%00",
    "/operations/x",
    "/tools/none/none",
  ]) {
    const response = await request.get(service.url + path, { headers: { cookie } });
    expect(response.status(), path).toBe(404);
    expect(await response.text()).toContain("There is nothing here.");
  }
});

test("a click anywhere in a row opens its call", async ({ page }) => {
  await page.goto("/sessions?sort=retries");
  await page
    .getByRole("table", { name: "Sessions" })
    .getByRole("row")
    .nth(1)
    .click({ position: { x: 700, y: 15 } });
  const course = page
    .getByRole("table", { name: "Calls of the session" })
    .getByRole("row")
    .nth(2)
    .getByRole("cell")
    .nth(3);
  await course.click();
  await expect(page.getByRole("dialog", { name: "Call" })).toBeVisible();
});
