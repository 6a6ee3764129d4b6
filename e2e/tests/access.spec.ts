import { createProject, listAccess, setUserDisabled, type MemberRole } from "@tachograph/ledger";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "../src/fixtures.ts";
import { PASSWORD, signInAs } from "../src/people.ts";

const appFolder = join(
  dirname(createRequire(import.meta.url).resolve("@tachograph/dashboard/package.json")),
  "src/app",
);

/** Every address that the app folder answers, with something in the place of what is variable. */
const routes = readdirSync(appFolder, { recursive: true, withFileTypes: true })
  .filter(({ name }) => name === "page.tsx" || name === "route.ts")
  .map(({ parentPath }) =>
    parentPath
      .slice(appFolder.length)
      .replaceAll(/\/\([^)]*\)/g, "")
      .replaceAll(/\[[^\]]*\]/g, "any"),
  )
  .map((path) => path || "/");

const open = new Set([
  "/login",
  "/login/link",
  "/login/password",
  "/login/provider",
  "/api/auth/callback/oidc",
  "/api/health",
  "/api/login-link",
]);

test("without a session every route there is leads to the login, or says 401", async ({ playwright, service }) => {
  const request = await playwright.request.newContext({ storageState: signedOut });
  expect(routes).toEqual(expect.arrayContaining(["/", "/calls", "/calls/any", "/settings/users", "/api/v1/calls"]));
  for (const path of routes.filter((route) => !open.has(route))) {
    for (const authorization of ["", "Bearer tgk_forged"]) {
      const headers = { authorization };
      const response = await request.get(service.url + path, { maxRedirects: 0, headers });
      if (path.startsWith("/api/")) expect(response.status(), path).toBe(401);
      else expect([response.status(), response.headers()["location"]], path).toEqual([307, "/login"]);
    }
    expect((await request.post(service.url + path, { data: "{}" })).status(), path).toBe(401);
  }
  for (const path of open) {
    const text = await (await request.get(service.url + path)).text();
    expect(text, path).not.toContain("claude-code");
  }
  await request.dispose();
});

/** A request of the test's own takes over the cookies of its page where nothing else is said. */
const signedOut = { cookies: [], origins: [] };

const notHere = "There is nothing here.";
const screens: Record<string, { path: string; allowed: RegExp; roles: MemberRole[] }> = {
  rows: { path: "/calls", allowed: /^Calls/, roles: ["viewer", "operator", "auditor", "admin"] },
  access_log: { path: "/settings/access-log", allowed: /Action/, roles: ["auditor", "admin"] },
  users: { path: "/settings/users", allowed: /Invite somebody/, roles: ["admin"] },
  projects: { path: "/settings/projects", allowed: /Make a project/, roles: ["admin"] },
  keys: { path: "/settings/keys", allowed: /Make a key/, roles: ["admin"] },
};

for (const role of ["none", "viewer", "operator", "auditor", "admin"] as const) {
  test(`${role}: sees what the role allows and nothing else`, async ({ browser, service }) => {
    const { page } = await signInAs(browser, service, role);
    for (const [right, { path, allowed, roles }] of Object.entries(screens)) {
      await page.goto(path);
      const shown = page.locator("main").getByText(allowed).first();
      if (roles.includes(role)) await expect(shown, right).toBeVisible();
      else {
        await expect(
          page
            .locator("main")
            .getByText(/open to you|Admins of|Auditors and/)
            .first(),
          right,
        ).toBeVisible();
        await expect(shown, right).toHaveCount(0);
      }
    }
    await page.goto("/calls?outcome=ok");
    if (role !== "none") {
      const href = await page
        .getByRole("table", { name: "Calls" })
        .getByRole("row")
        .nth(1)
        .getByRole("link")
        .getAttribute("href");
      await page.goto(href ?? "");
      const gate = page.getByLabel("Why do you want to see arguments and results?");
      if (role === "auditor") await expect(gate).toBeVisible();
      else await expect(page.getByText("are shown to auditors of this project only")).toBeVisible();
      await expect(page.getByRole("region", { name: "Arguments" })).toHaveCount(0);
    }
    await page.context().close();
  });
}

test("an auditor gives a reason, sees the payload, ends it; the log has the call and the reason", async ({
  browser,
  service,
}) => {
  const { page, userId } = await signInAs(browser, service, "auditor");
  await page.goto("/calls?outcome=ok");
  const link = page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1).getByRole("link");
  const href = (await link.getAttribute("href")) ?? "";
  await page.goto(href);
  await page.getByRole("button", { name: "Incident" }).click();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Arguments" })).toBeVisible();
  await expect(page.getByText("Shown for “Incident” until")).toBeVisible();
  const { rows } = await listAccess(service.ledger, {
    project: "default",
    action: "payload_viewed",
    userId,
    limit: 10,
  });
  expect(rows).toMatchObject([{ subject: /[0-9a-f-]{36}/.exec(href)?.[0], reason: "Incident", userRole: "auditor" }]);
  await page.getByRole("button", { name: "Hide again" }).click();
  await expect(page.getByLabel("Why do you want to see arguments and results?")).toBeVisible();
  await page.context().close();
});

test("a membership gives a role in its project only", async ({ browser, service }) => {
  await createProject(service.ledger, "shop");
  const { page } = await signInAs(browser, service, "none", { shop: "viewer" });
  await expect(page).toHaveURL(/project=shop/);
  await page.goto("/calls");
  await expect(page.getByText(notHere)).toBeVisible();
  await page.goto("/calls?project=shop");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Calls");
  await page.goto("/calls?project=no-such");
  await expect(page.getByText(notHere)).toBeVisible();
  await page.context().close();
});

test("a wrong password is told, a right one signs in, and being disabled ends it at once", async ({
  browser,
  service,
}) => {
  const { page, email, userId } = await signInAs(browser, service, "viewer");
  await page.getByRole("button", { name: "Sign out" }).click();
  const signIn = async (password: string): Promise<void> => {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await signIn("not the right one at all");
  await expect(page.locator("main").getByRole("alert")).toContainText("Address or password is wrong.");
  await expect(page.getByLabel("E-mail address")).toHaveValue(email);
  await signIn(PASSWORD);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await setUserDisabled(service.ledger, { userId, disabled: true });
  await page.goto("/calls");
  await expect(page).toHaveURL(/\/login/);
  await signIn(PASSWORD);
  await expect(page.locator("main").getByRole("alert")).toContainText("Address or password is wrong.");
  await page.context().close();
});

test("a key reads rows of its project, no payload and no other project, until it is revoked", async ({
  page,
  playwright,
  service,
}) => {
  await page.goto("/settings/keys");
  await page.getByLabel("Name").fill("report");
  await page.getByRole("button", { name: "Make the key" }).click();
  const key = await page.locator("code", { hasText: "tgk_" }).textContent();
  const request = await playwright.request.newContext({
    baseURL: service.url,
    storageState: signedOut,
    extraHTTPHeaders: { authorization: `Bearer ${key}` },
  });
  const first = await request.get("/api/v1/calls?range=7d");
  expect(first.status()).toBe(200);
  const { rows, nextCursor } = (await first.json()) as { rows: object[]; nextCursor: string };
  expect(rows.length).toBe(100);
  expect(rows[0]).not.toHaveProperty("arguments");
  const second = (await (await request.get(`/api/v1/calls?range=7d&cursor=${nextCursor}`)).json()) as {
    rows: object[];
  };
  expect(second.rows[0]).not.toEqual(rows[0]);
  expect((await request.get("/api/v1/sessions")).status()).toBe(200);
  expect((await request.get("/api/v1/calls?cursor=nonsense")).status()).toBe(400);
  expect((await request.get("/api/v1/calls?project=shop")).status()).toBe(403);
  expect((await request.get("/calls", { maxRedirects: 0 })).status()).toBe(307);
  await page.getByRole("button", { name: "Revoke" }).first().click();
  await expect(page.getByText("revoked", { exact: true })).toBeVisible();
  expect((await request.get("/api/v1/calls")).status()).toBe(401);
  await request.dispose();
});
