import { readFileSync } from "node:fs";
import type { APIRequestContext } from "@playwright/test";
import { startDashboard, type DashboardProcess } from "../src/dashboard-process.ts";
import { expect, test as base } from "../src/fixtures.ts";
import { signInAs } from "../src/people.ts";

// What these do to a dashboard would be in the way of other tests: they have one of their own, on the same database.
const test = base.extend<{ dashboard: DashboardProcess }>({
  dashboard: async ({ service }, use) => {
    const dashboard = await startDashboard({ databaseUrl: service.databaseUrl });
    await use(dashboard);
    await dashboard.stop();
  },
  baseURL: async ({ dashboard }, use) => use(dashboard.url),
  storageState: { cookies: [], origins: [] },
});

test("after ten wrong passwords for somebody the right one is refused too, and somebody else still gets in", async ({
  browser,
  service,
  dashboard,
  page,
}) => {
  const { email } = await signInAs(browser, service, "viewer");
  const { email: other } = await signInAs(browser, service, "viewer");
  const button = page.getByRole("button", { name: "Sign in" });
  const attempt = async (address: string, password: string): Promise<void> => {
    // What is typed while an answer is awaited would go with it.
    await expect(button).toBeEnabled();
    await page.getByLabel("E-mail address").fill(address);
    await page.getByLabel("Password").fill(password);
    await button.click();
  };
  await page.goto(`${dashboard.url}/login`);
  for (let guess = 1; guess <= 10; guess++) {
    await attempt(email, `guess number ${guess} of many`);
    await expect(page.locator("form").getByRole("alert")).toContainText("Address or password is wrong.");
  }
  await attempt(email, "a few words that do not belong");
  await expect(page.locator("form").getByRole("alert")).toContainText("Too many attempts.");
  await attempt(other, "a few words that do not belong");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});

test("who guesses the secret of the start is held back after ten times, and whoever has it is not", async ({
  dashboard,
  request,
}) => {
  const statuses: number[] = [];
  for (let guess = 0; guess < 12; guess++) {
    const headers = { authorization: `Bearer ${String(guess).repeat(64)}` };
    statuses.push((await request.post(`${dashboard.url}/api/login-link`, { headers })).status());
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  expect(await dashboard.loginLink()).toContain("/login/link?token=");
});

test("an address of 5,000 characters is refused in words, signed in or not", async ({ dashboard, request }) => {
  const refusal = async (): Promise<[number, string]> => {
    const response = await request.get(`${dashboard.url}/calls?q=${"a".repeat(5_000)}`);
    return [response.status(), await response.text()];
  };
  expect(await refusal()).toEqual([414, "This address is too long.\n"]);
  await request.get(await dashboard.loginLink());
  expect(await refusal()).toEqual([414, "This address is too long.\n"]);
});

test("a dashboard whose log nobody reads any more goes on answering, and does not spin", async ({
  dashboard,
  request,
}) => {
  await request.get(await dashboard.loginLink());
  dashboard.closeLog();
  // Each is logged as an error.
  for (let fault = 0; fault < 3; fault++) await sendNonsense(request, dashboard.url);
  await expect
    .poll(
      async () => {
        const before = ticksOf(dashboard.pid);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return ticksOf(dashboard.pid) - before;
      },
      { message: "hundredths of a second of processor time within one" },
    )
    .toBeLessThan(20);
  expect((await request.get(`${dashboard.url}/calls`)).status()).toBe(200);
});

/** An action that there is none of. */
const sendNonsense = (request: APIRequestContext, url: string) =>
  request.post(`${url}/calls`, {
    headers: { "next-action": "0".repeat(42), origin: url, "content-type": "text/plain;charset=UTF-8" },
    data: "[",
  });

/** Processor time that a process has taken, in ticks of a hundredth of a second. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
