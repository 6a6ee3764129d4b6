import { expect, test } from "../src/fixtures.ts";

test.use({ storageState: { cookies: [], origins: [] } });

const pages = [
  "/",
  "/sessions",
  "/sessions/any",
  "/calls",
  "/calls/any",
  "/operations",
  "/operations/any",
  "/tools",
  "/tools/any/any",
  "/no/such/page",
  "/api/other",
];

test("a visitor without a session sees nothing but the login page", async ({ request, service }) => {
  for (const path of pages) {
    const response = await request.get(service.url + path, { maxRedirects: 0 });
    if (path.startsWith("/api/")) expect(response.status(), path).toBe(401);
    else expect([response.status(), response.headers().location], path).toEqual([307, "/login"]);
  }
});

test("a forged session cookie opens no page", async ({ request, service }) => {
  const name = `tachograph-${new URL(service.url).port}.session_token`;
  for (const path of pages.filter((page) => !page.startsWith("/api/"))) {
    const response = await request.get(service.url + path, {
      maxRedirects: 0,
      headers: { cookie: `${name}=forged.forged` },
    });
    expect(response.headers().location ?? `status ${response.status()}`, path).toMatch(/^\/login|status 404/);
    expect(await response.text()).not.toContain("claude-code");
  }
});

test("the login page says how to get a link", async ({ page }) => {
  await page.goto("/calls");
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByText("npm run login")).toBeVisible();
});

test("a one-time link signs in once", async ({ page, browser, service }) => {
  const link = await service.loginLink();
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();

  const second = await (await browser.newContext()).newPage();
  await second.goto(link);
  await expect(second).toHaveURL(/\/login/);
  await expect(second.getByRole("status")).toContainText("does not work");
  await second.context().close();
});

test("only one of many who spend a link at once gets in", async ({ request, service }) => {
  const link = await service.loginLink();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => request.get(link, { maxRedirects: 0 }).then((answer) => answer.headers().location)),
  );
  expect(answers.filter((location) => location === "/")).toHaveLength(1);
});

test("a login link needs the secret of the start", async ({ request, service }) => {
  for (const authorization of [undefined, "Bearer ", "Bearer wrong", "Basic eDp5"]) {
    const response = await request.post(`${service.url}/api/login-link`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(response.status()).toBe(401);
    expect(await response.json()).toEqual({ error: "not allowed" });
  }
});

test("the session cookie is out of reach of scripts and other sites, and signing out ends the session", async ({
  page,
  context,
  request,
  service,
}) => {
  await page.goto(await service.loginLink());
  const cookie = (await context.cookies()).find(({ name }) => name.endsWith("session_token"));
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login/);
  const replayed = await request.get(service.url, {
    maxRedirects: 0,
    headers: { cookie: `${cookie?.name}=${cookie?.value}` },
  });
  expect(replayed.headers().location).toBe("/login");
});

test("a page under another name is not answered", async ({ request, service }) => {
  const response = await request.get(`${service.url}/login`, { headers: { host: "rebound.example" } });
  expect(response.status()).toBe(421);
});

test("health is open and says nothing else", async ({ request, service }) => {
  const response = await request.get(`${service.url}/api/health`);
  expect([response.status(), await response.json()]).toEqual([200, { status: "ok" }]);
});

test("every page forbids framing, sniffing and foreign script", async ({ request, service }) => {
  const headers = (await request.get(`${service.url}/login`)).headers();
  expect(headers["content-security-policy"]).toMatch(
    /default-src 'none'.*script-src 'self' 'nonce-[^']+' 'strict-dynamic';/,
  );
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
  expect(headers).not.toHaveProperty("x-powered-by");
});

test("another site cannot ask in a viewer's name", async ({ page, context, service }) => {
  await page.goto(await service.loginLink());
  await page.goto(`${service.url}/calls`);
  const asked = page.waitForRequest((request) => request.method() === "POST");
  await page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1).getByRole("link").click();
  const request = await asked;
  const replay = async (origin: string): Promise<string> => {
    const headers: Record<string, string> = { ...(await request.allHeaders()), origin };
    for (const name of Object.keys(headers))
      if (name.startsWith(":") || name === "content-length") delete headers[name];
    const answer = await context.request.post(request.url(), { headers, data: request.postDataBuffer() ?? "" });
    return answer.ok() ? await answer.text() : "";
  };
  expect(await replay(service.url)).toContain("recordedAtMs");
  expect(await replay("http://evil.example")).not.toContain("recordedAtMs");
});
