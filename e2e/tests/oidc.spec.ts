import { createUser, listUsers, setUserDisabled } from "@tachograph/ledger";
import { sql } from "kysely";
import { createServer, type AddressInfo } from "node:net";
import { startDashboard } from "../src/dashboard-process.ts";
import { expect } from "../src/fixtures.ts";
import type { IdentityProvider } from "../src/identity-provider.ts";
import { PASSWORD, signInAs } from "../src/people.ts";
import {
  come,
  expectTurnedAway,
  findByAddress,
  latestAccess,
  logInAt,
  NOT_ADMITTED,
  NOT_ENDED,
  open,
  signInAt,
  test,
} from "../src/provider-fixtures.ts";

test.use({ storageState: { cookies: [], origins: [] } });

test("somebody of an admitted domain lands on the first screen, with the role of their group", async ({
  browser,
  service,
  provider,
}) => {
  const { page } = await come(
    browser,
    { provider, url: service.url },
    { email: "Ann@Example.com", name: "Ann", groups: ["chess", "audit", "watch"], role: "owner" },
  );
  await expect(page).toHaveURL(`${service.url}/`);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  const user = await findByAddress(service, "ann@example.com");
  expect(user).toMatchObject({ name: "Ann", role: "auditor", hasPassword: false });
  expect(await latestAccess(service, "signed_in")).toMatchObject({
    userId: user?.id,
    userName: "Ann",
    userRole: "auditor",
    detail: { method: "provider" },
  });
  const { rows: kept } = await sql`
    select access_token, refresh_token, id_token from auth_account where user_id = ${user?.id}`.execute(
    service.ledger.db,
  );
  expect(kept).toEqual([{ accessToken: null, refreshToken: null, idToken: null }]);
  await page.context().close();
});

test("groups count wherever the provider says them, and who has no name is called by their address", async ({
  browser,
  service,
  provider,
}) => {
  const email = "split@example.com";
  provider.lie = (claims) => ({ claims: { ...claims, email, email_verified: true } });
  const { page } = await come(browser, { provider, url: service.url }, { email, groups: "watch" });
  provider.lie = undefined;
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  expect(await findByAddress(service, email)).toMatchObject({ name: email, role: "viewer" });
  await page.context().close();
});

test("who has no group that counts has the default role, and is told where that opens nothing", async ({
  browser,
  service,
  provider,
}) => {
  const { page } = await come(browser, { provider, url: service.url }, { email: "bo@example.com", groups: ["chess"] });
  await expect(page.getByText("No project is open to you yet.")).toBeVisible();
  expect(await findByAddress(service, "bo@example.com")).toMatchObject({ role: "none" });
  await page.context().close();

  const other = await startDashboard({
    databaseUrl: service.databaseUrl,
    environment: async (url) => ({ ...(await provider.environmentFor(url)), TACHOGRAPH_OIDC_DEFAULT_ROLE: "viewer" }),
  });
  const known = await signInAs(browser, service, "operator");
  const { page: newcomer } = await come(browser, { provider, url: other.url }, { email: "cy@example.com" });
  await expect(newcomer.getByRole("heading", { name: "Overview" })).toBeVisible();
  expect(await findByAddress(service, "cy@example.com")).toMatchObject({ role: "viewer" });
  const { page: again } = await come(browser, { provider, url: other.url }, { email: known.email });
  await expect(again.getByRole("heading", { name: "Overview" })).toBeVisible();
  expect(await findByAddress(service, known.email), "where no groups count, what an admin gave stays").toMatchObject({
    role: "operator",
  });
  for (const one of [newcomer, again, known.page]) await one.context().close();
  await other.stop();
});

test("groups that change at the provider count at the next sign-in, and a role is taken away too", async ({
  browser,
  service,
  provider,
}) => {
  const email = "dee@example.com";
  const { page, subject } = await come(browser, { provider, url: service.url }, { email, groups: ["watch"] });
  const roles: unknown[] = [];
  for (const groups of [["audit"], [], ["watch"], undefined]) {
    await page.context().clearCookies();
    provider.accounts.set(subject, { email, email_verified: true, groups });
    await signInAt(page, subject);
    await page.waitForURL(`${service.url}/`);
    roles.push((await findByAddress(service, email))?.role);
    const { role } = (await findByAddress(service, email)) ?? {};
    expect(await latestAccess(service, "user_changed")).toMatchObject({ detail: { email, to: role, by: "groups" } });
    expect(await latestAccess(service, "signed_in")).toMatchObject({ userRole: role });
  }
  expect(roles).toEqual(["auditor", "none", "viewer", "none"]);
  await page.context().close();
});

test("another domain, an unverified address or none is not let in, makes no user, and is written down", async ({
  browser,
  service,
  provider,
}) => {
  const before = (await listUsers(service.ledger)).length;
  for (const [claims, why] of [
    [{ email: "eve@evil.com" }, "domain"],
    [{ email: "eve@example.com", email_verified: false }, "unverified address"],
    [{ email: "eve@example.com", email_verified: undefined }, "unverified address"],
    [{ name: "Eve" }, "no address"],
  ] as const) {
    const { page } = await come(browser, { provider, url: service.url }, { groups: ["watch"], ...claims });
    await expectTurnedAway(page, NOT_ADMITTED);
    expect(await latestAccess(service, "sign_in_failed"), why).toMatchObject({
      userId: null,
      userName: "email" in claims ? claims.email : "unknown",
      detail: { method: "provider", why },
    });
    await page.context().close();
  }
  expect(await listUsers(service.ledger)).toHaveLength(before);
});

test("who was invited comes through the provider as the same person, and their password still works", async ({
  browser,
  service,
  provider,
}) => {
  const { page: first, email, userId } = await signInAs(browser, service, "viewer");
  const { page } = await come(
    browser,
    { provider, url: service.url },
    { email: email.toUpperCase(), groups: ["audit"] },
  );
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  expect((await listUsers(service.ledger)).filter((user) => user.email.toLowerCase() === email)).toMatchObject([
    { id: userId, role: "auditor", hasPassword: true },
  ]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.context().close();
  await first.context().close();
});

test("a provider that claims the address of the owner gets nowhere, before and after the owner came", async ({
  browser,
  service,
  provider,
}) => {
  const email = "Owner@Tachograph.localhost";
  const claimed = await come(browser, { provider, url: service.url }, { email, groups: ["audit"] });
  await expectTurnedAway(claimed.page, NOT_ADMITTED);
  expect(await findByAddress(service, email), "nobody has come as the owner yet").toBeUndefined();
  await claimed.page.goto(await service.loginLink());
  await expect(claimed.page.getByRole("heading", { name: "Overview" })).toBeVisible();
  const owner = await findByAddress(service, email);
  await claimed.page.context().close();

  const again = await come(browser, { provider, url: service.url }, { email, groups: ["watch"] });
  await expectTurnedAway(again.page, NOT_ADMITTED);
  // Even where a row says that this subject is the owner.
  await sql`
    insert into auth_account (id, user_id, account_id, provider_id, updated_at)
    values ('planted', ${owner?.id}, ${again.subject}, 'oidc', clock_timestamp())`.execute(service.ledger.db);
  provider.accounts.set(again.subject, { email: "fay@example.com", email_verified: true, groups: ["watch"] });
  await again.page.context().clearCookies();
  await signInAt(again.page, again.subject);
  await expectTurnedAway(again.page, NOT_ADMITTED);
  expect(await findByAddress(service, email)).toMatchObject({ role: "owner", sessions: 1 });
  await again.page.context().close();
});

test("who is disabled stays out, and is told", async ({ browser, service, provider }) => {
  const email = "gil@example.com";
  const userId = await createUser(service.ledger, { name: "Gil", email, role: "viewer" });
  await setUserDisabled(service.ledger, { userId, disabled: true });
  const { page, subject } = await come(browser, { provider, url: service.url }, { email, groups: ["audit"] });
  await expectTurnedAway(page, NOT_ADMITTED);
  expect(await findByAddress(service, email)).toMatchObject({ role: "viewer", sessions: 0 });
  expect(await latestAccess(service, "sign_in_failed")).toMatchObject({ userName: email, detail: { why: "disabled" } });
  await setUserDisabled(service.ledger, { userId, disabled: false });
  await page.context().clearCookies();
  await signInAt(page, subject);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.context().close();
});

test("an answer of no sign-in, of another's or of one that is over signs nobody in", async ({
  browser,
  service,
  provider,
}) => {
  const { page: hers, callback } = await come(
    browser,
    { provider, url: service.url },
    { email: "hal@example.com", groups: ["watch"] },
  );
  await expect(hers.getByRole("heading", { name: "Overview" })).toBeVisible();
  const page = await open(browser, service.url);
  const code = new URL(callback).searchParams.get("code") ?? "";
  for (const query of [`?code=${code}`, "?code=x&state=forged", new URL(callback).search, ""]) {
    await page.goto(`/api/auth/callback/oidc${query}`);
    await expectTurnedAway(page, NOT_ENDED);
  }
  // A sign-in of their own with a code that was used.
  const begun = await page.request.get("/login/provider", { maxRedirects: 0 });
  const state = new URL(begun.headers()["location"] ?? "").searchParams.get("state");
  await page.goto(`/api/auth/callback/oidc?code=${code}&state=${state}`);
  await expectTurnedAway(page, NOT_ENDED);
  // Somebody hands on the end of a sign-in of theirs, so that others work under their name.
  const trap = await open(browser, service.url);
  provider.accounts.set("trap", { email: "trap@example.com", email_verified: true, groups: ["watch"] });
  await logInAt(trap, "trap");
  const consent = (await trap.locator("form").getAttribute("action")) ?? "";
  let answer = await trap.request.post(consent, { form: { prompt: "consent" }, maxRedirects: 0 });
  const whereTo = (): string => answer.headers()["location"] ?? service.url;
  while (!whereTo().startsWith(service.url)) answer = await trap.request.get(whereTo(), { maxRedirects: 0 });
  await page.goto(whereTo());
  await expectTurnedAway(page, NOT_ENDED);
  expect(await latestAccess(service, "sign_in_failed")).toMatchObject({ detail: { method: "provider" } });
  for (const one of [hers, page, trap]) await one.context().close();
});

test("who turns back at the provider is on the login page again, with a sentence", async ({ browser, service }) => {
  const page = await open(browser, service.url);
  await page.goto("/login");
  await page.getByRole("link", { name: "Continue with Example" }).click();
  await page.getByRole("link", { name: "Cancel" }).click();
  await expectTurnedAway(page, NOT_ENDED);
  expect(await latestAccess(service, "sign_in_failed")).toMatchObject({ detail: { method: "provider" } });
  await page.context().close();
});

test("an identity token that is not of this provider, client and sign-in is refused", async ({
  browser,
  service,
  provider,
}) => {
  test.slow();
  const before = (await listUsers(service.ledger)).length;
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  const lies: Record<string, NonNullable<IdentityProvider["lie"]>> = {
    "signed by another key": (claims) => ({ claims, isOfAnotherKey: true }),
    "for another client": (claims) => ({ claims: { ...claims, aud: "another" } }),
    "of another sign-in": (claims) => ({ claims: { ...claims, nonce: "another" } }),
    "of no sign-in": (claims) => ({ claims: { ...claims, nonce: undefined } }),
    "of another issuer": (claims) => ({ claims: { ...claims, iss: "https://id.example.net" } }),
    "too old": (claims) => ({ claims: { ...claims, iat: hourAgo - 60, exp: hourAgo } }),
    "of another subject": (claims) => ({ claims: { ...claims, sub: "another" } }),
    "not there": () => undefined,
  };
  const letIn: string[] = [];
  for (const [what, lie] of Object.entries(lies)) {
    provider.lie = lie;
    const claims = { email: `${what.replaceAll(" ", "-")}@example.com`, groups: ["watch"] };
    const { page } = await come(browser, { provider, url: service.url }, claims);
    if (page.url().startsWith(`${service.url}/login?problem=`)) await expectTurnedAway(page, NOT_ENDED);
    else letIn.push(what);
    await page.context().close();
  }
  provider.lie = undefined;
  expect(letIn).toEqual([]);
  expect(await listUsers(service.ledger)).toHaveLength(before);
});

test("while the provider is down or silent the login says so and a password signs in; then it works again", async ({
  browser,
  service,
  provider,
}) => {
  test.slow();
  const { page: known, email } = await signInAs(browser, service, "viewer");
  await known.context().close();
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  for (const issuer of [provider.issuer, `http://127.0.0.1:${port}`]) {
    const dashboard = await startDashboard({
      databaseUrl: service.databaseUrl,
      environment: async (url) => {
        const settings = await provider.environmentFor(url);
        await provider.pause();
        return { ...settings, TACHOGRAPH_OIDC_ISSUER: issuer };
      },
    });
    const page = await open(browser, dashboard.url);
    await page.goto("/login");
    await page.getByRole("link", { name: "Continue with Example" }).click();
    await expectTurnedAway(page, "does not answer");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
    await provider.resume();
    if (issuer === provider.issuer) {
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("link", { name: "Continue with Example" }).click();
      await expect(page.getByPlaceholder("Enter any login")).toBeVisible();
    }
    await page.context().close();
    await dashboard.stop();
  }
  silent.close();
});

test("under an https address every cookie of a sign-in is Secure, and the provider is given that address", async ({
  request,
  service,
  provider,
}) => {
  const url = "https://tachograph.example";
  const dashboard = await startDashboard({
    databaseUrl: service.databaseUrl,
    environment: async () => ({ ...(await provider.environmentFor(url)), TACHOGRAPH_URL: url }),
  });
  const get = (path: string, cookie = "") =>
    request.get(dashboard.url + path, { maxRedirects: 0, headers: { host: "tachograph.example", cookie } });
  const cookiesOf = (answer: Awaited<ReturnType<typeof get>>): string[] =>
    answer
      .headersArray()
      .filter(({ name }) => name.toLowerCase() === "set-cookie")
      .map(({ value }) => value);

  const begun = await get("/login/provider");
  const redirect = new URL(begun.headers()["location"] ?? "").searchParams.get("redirect_uri");
  expect(redirect).toBe(`${url}/api/auth/callback/oidc`);
  const link = new URL(await dashboard.loginLink());
  expect(link.origin).toBe(url);
  const signedIn = await get(link.pathname + link.search);
  for (const answer of [begun, signedIn]) {
    expect(cookiesOf(answer).length).toBeGreaterThan(0);
    for (const cookie of cookiesOf(answer)) {
      expect(cookie).toMatch(/^__Secure-tachograph\./);
      expect(cookie).toMatch(/; Secure(;|$)/);
      expect(cookie).toMatch(/; HttpOnly(;|$)/);
      expect(cookie).toMatch(/; SameSite=Lax(;|$)/);
      expect(cookie).not.toMatch(/; Domain=/i);
    }
  }
  const session = cookiesOf(signedIn)[0]?.split(";")[0] ?? "";
  expect((await get("/", session)).status()).toBe(200);
  expect((await get("/", session.replace("__Secure-", ""))).headers()["location"]).toBe("/login");
  await dashboard.stop();
});
