import "server-only";
import { betterAuth } from "better-auth";
import { magicLink } from "better-auth/plugins/magic-link";
import { cookiePrefixFor } from "../session-cookie.ts";
import { getLedger } from "./ledger.ts";
import { getSettings } from "./settings.ts";

/** The person who started Tachograph on this machine. */
export const LOCAL_OWNER = "owner@tachograph.localhost";

const LINK_SECONDS = 15 * 60;
const SESSION_SECONDS = 14 * 24 * 60 * 60;

function createAuth() {
  const { url, authSecret } = getSettings();
  return betterAuth({
    appName: "Tachograph",
    baseURL: url,
    secret: authSecret,
    telemetry: { enabled: false },
    logger: { level: "error" },
    database: { db: getLedger().db, type: "postgres", transaction: true },
    user: {
      modelName: "auth_user",
      additionalFields: {
        role: { type: "string", required: true, defaultValue: "none", input: false },
        disabledAt: { type: "date", required: false, input: false },
      },
    },
    // Sessions are read from the database on every request: revoking one takes effect at once.
    session: { modelName: "auth_session", expiresIn: SESSION_SECONDS, disableSessionRefresh: true },
    account: { modelName: "auth_account" },
    verification: { modelName: "auth_verification" },
    databaseHooks: {
      user: {
        create: {
          before: async (user) => ({ data: { ...user, role: user.email === LOCAL_OWNER ? "owner" : "viewer" } }),
        },
      },
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
    ],
  });
}

interface LinkReceiver {
  receive: (token: string) => void;
}

const held = globalThis as { tachographAuth?: ReturnType<typeof createAuth> };

export function getAuth(): ReturnType<typeof createAuth> {
  held.tachographAuth ??= createAuth();
  return held.tachographAuth;
}
