import type { Browser, Page } from "@playwright/test";
import { INSTANCE, listAccess, listUsers, type UserSummary } from "@tachograph/ledger";
import { test as base, expect } from "./fixtures.ts";
import { startIdentityProvider, type IdentityProvider } from "./identity-provider.ts";
import { startService, type Service } from "./service.ts";

const groupsGiveRoles = {
  TACHOGRAPH_OIDC_DOMAINS: "example.com,tachograph.localhost",
  TACHOGRAPH_OIDC_ROLE_CLAIM: "groups",
  TACHOGRAPH_OIDC_ROLES: "watch=viewer,audit=auditor",
};

/** Tests of a dashboard that people come to through an identity provider. */
export const test = base.extend<object, { provider: IdentityProvider }>({
  provider: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads here what a fixture needs
    async ({}, use) => {
      const provider = await startIdentityProvider();
      await use(provider);
      await provider.pause();
    },
    { scope: "worker" },
  ],
  service: [
    async ({ provider }, use) => {
      const environment = async (url: string) => ({ ...(await provider.environmentFor(url)), ...groupsGiveRoles });
      const service = await startService({ seededSessions: 2, demoSessions: 0, environment });
      await use(service);
      await service.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

let came = 0;

/** A browser that has never been here, at an address of its own: attempts are counted by address. */
export async function open(browser: Browser, url: string): Promise<Page> {
  came += 1;
  const context = await browser.newContext({
    baseURL: url,
    extraHTTPHeaders: { "x-forwarded-for": `192.0.2.${came}` },
  });
  // The provider's pages would fetch a font from the internet.
  await context.route("https://fonts.googleapis.com/**", (route) => route.abort());
  return context.newPage();
}

/** Somebody of whom the provider says `claims` comes through its pages. */
export async function come(
  browser: Browser,
  { provider, url }: { provider: IdentityProvider; url: string },
  claims: Record<string, unknown>,
): Promise<{ page: Page; subject: string; callback: string }> {
  const page = await open(browser, url);
  const subject = `subject-${came}`;
  provider.accounts.set(subject, { email_verified: true, ...claims });
  const asked = page.waitForRequest((request) => request.url().startsWith(`${url}/api/auth/callback/oidc`));
  await signInAt(page, subject);
  const callback = (await asked).url();
  await page.waitForURL(`${url}/**`);
  return { page, subject, callback };
}

export async function signInAt(page: Page, subject: string): Promise<void> {
  await logInAt(page, subject);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** As far as the provider's question whether the dashboard may know who it is. */
export async function logInAt(page: Page, subject: string): Promise<void> {
  await page.goto("/login");
  await page.getByRole("link", { name: "Continue with Example" }).click();
  await page.getByPlaceholder("Enter any login").fill(subject);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await expect(page.getByRole("button", { name: "Continue" })).toBeVisible();
}

export const findByAddress = async ({ ledger }: Service, email: string): Promise<UserSummary | undefined> =>
  (await listUsers(ledger)).find((user) => user.email === email.toLowerCase());

export const latestAccess = async ({ ledger }: Service, action: "signed_in" | "sign_in_failed" | "user_changed") =>
  (await listAccess(ledger, { project: INSTANCE, action, limit: 1 })).rows[0];

export async function expectTurnedAway(page: Page, sentence: string): Promise<void> {
  await expect(page).toHaveURL(/\/login\?problem=/);
  await expect(page.getByRole("status")).toContainText(sentence);
  await page.goto("/");
  await expect(page).toHaveURL(/\/login$/);
}

export const NOT_ADMITTED = "may not come in here";
export const NOT_ENDED = "did not come to an end";
