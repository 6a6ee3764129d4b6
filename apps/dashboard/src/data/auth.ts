import "server-only";
import { betterAuth } from "better-auth";
import type { genericOAuth } from "better-auth/plugins/generic-oauth";
import { magicLink } from "better-auth/plugins/magic-link";
import { cookiePrefixFor } from "../session-cookie.ts";
import { getLedger } from "./ledger.ts";
import { getSettings } from "./settings.ts";
import { roleOfNewUser, sessionBegan } from "./sign-in-hooks.ts";

export { LOCAL_OWNER } from "./sign-in-hooks.ts";

const LINK_SECONDS = 15 * 60;
const SESSION_SECONDS = 14 * 24 * 60 * 60;
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;

/** @param provider - Through which people come besides. */
export function createAuth(provider?: ReturnType<typeof genericOAuth>) {
  const { url, authSecret } = getSettings();
  return betterAuth({
    appName: "Tachograph",
    baseURL: url,
    secret: authSecret,
    telemetry: { enabled: false },
    logger: { level: "error" },
    database: { db: getLedger().db, type: "postgres", transaction: true },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
    },
    user: {
      modelName: "auth_user",
      additionalFields: {
        role: { type: "string", required: true, defaultValue: "none", input: false },
        disabledAt: { type: "date", required: false, input: false },
      },
    },
    // Sessions are read from the database on every request: revoking one takes effect at once.
    session: { modelName: "auth_session", expiresIn: SESSION_SECONDS, disableSessionRefresh: true },
    account: { modelName: "auth_account", updateAccountOnSignIn: false },
    verification: { modelName: "auth_verification" },
    onAPIError: { errorURL: `${url}/login?problem=provider` },
    databaseHooks: {
      user: { create: { before: async (user) => ({ data: { ...user, role: roleOfNewUser(user.email) } }) } },
      // The provider says who comes; nothing is asked of it in their name, so no token is kept.
      account: { create: { before: async (account) => ({ data: { ...account, ...noTokens } }) } },
      session: { create: { before: async (session) => sessionBegan(session) } },
    },
    advanced: {
      cookiePrefix: cookiePrefixFor(url),
      useSecureCookies: url.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: "/" },
    },
    plugins: [
      magicLink({
        storeToken: "hashed",
        expiresIn: LINK_SECONDS,
        sendMagicLink: ({ token, metadata }) => {
          (metadata as LinkReceiver | undefined)?.receive(token);
        },
      }),
      ...(provider === undefined ? [] : [provider]),
    ],
  });
}

const noTokens = { accessToken: null, refreshToken: null, idToken: null };

interface LinkReceiver {
  receive: (token: string) => void;
}

const held = globalThis as { tachographAuth?: ReturnType<typeof createAuth> };

export function getAuth(): ReturnType<typeof createAuth> {
  held.tachographAuth ??= createAuth();
  return held.tachographAuth;
}
