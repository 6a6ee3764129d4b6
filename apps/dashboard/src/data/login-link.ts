import "server-only";
import { createHash, timingSafeEqual } from "node:crypto";
import { getAuth, LOCAL_OWNER } from "./auth.ts";
import { getSettings } from "./settings.ts";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Whether the header is `Bearer <start secret>`. Takes equally long for every guess. */
export function isStartSecret(authorization: string | null): boolean {
  const { startSecret } = getSettings();
  const given = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
  const equal = timingSafeEqual(digest(given ?? ""), digest(startSecret ?? ""));
  return equal && given !== undefined && startSecret !== undefined;
}

/** A link that signs the local owner in once, within 15 minutes. Only the hash of its token is stored. */
export async function createLoginLink(): Promise<string> {
  let token: string | undefined;
  await getAuth().api.signInMagicLink({
    headers: new Headers(),
    body: {
      email: LOCAL_OWNER,
      name: "Local owner",
      metadata: {
        receive: (made: string) => {
          token = made;
        },
      },
    },
  });
  if (token === undefined) throw new Error("no login token was made");
  return `${getSettings().url}/login/link?token=${encodeURIComponent(token)}`;
}

/** Spends a token; gives the headers that set the session cookie, or undefined where the token is spent, old or wrong. */
export async function spendLoginToken(token: string, requestHeaders: Headers): Promise<Headers | undefined> {
  try {
    const { headers } = await getAuth().api.magicLinkVerify({
      query: { token },
      headers: requestHeaders,
      returnHeaders: true,
    });
    return headers;
  } catch (error) {
    // The library answers a bad token with a redirect; anything else is a fault and not the visitor's.
    if (error instanceof Error && error.name === "APIError") return undefined;
    throw error;
  }
}
