import type { Browser, Page } from "@playwright/test";
import { createPasswordLink, createUser, setMemberRole, type MemberRole } from "@tachograph/ledger";
import type { Service } from "./service.ts";

export const PASSWORD = "a few words that do not belong";

let made = 0;

/** Somebody new with a role, signed in by an invitation of theirs, in a browser and at an address of their own. */
export async function signInAs(
  browser: Browser,
  service: Service,
  role: MemberRole,
  memberships: Record<string, MemberRole> = {},
): Promise<{ page: Page; email: string; userId: string }> {
  const { ledger } = service;
  made += 1;
  const email = `${role}-${made}@example.com`;
  const userId = await createUser(ledger, { name: `The ${role} ${made}`, email, role });
  for (const [project, own] of Object.entries(memberships)) {
    await setMemberRole(ledger, { project, userId, role: own });
  }
  const token = await createPasswordLink(ledger, { userId, purpose: "invitation", holdsHours: 1 });
  const context = await browser.newContext({
    baseURL: service.url,
    storageState: { cookies: [], origins: [] },
    // Attempts to sign in are counted by address.
    extraHTTPHeaders: { "x-forwarded-for": `198.51.100.${made}` },
  });
  const page = await context.newPage();
  await page.goto(`/login/password?token=${token}`);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await page.getByRole("button", { name: "Set the password and sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  return { page, email, userId };
}
