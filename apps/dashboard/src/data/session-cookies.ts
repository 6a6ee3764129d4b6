import "server-only";
import { parseSetCookieHeader, toCookieOptions } from "better-auth/cookies";
import { cookies } from "next/headers";

/** Hands the cookies that a sign-in sets on to the answer of a server action. */
export async function adoptCookies(setBy: Headers): Promise<void> {
  const jar = await cookies();
  for (const line of setBy.getSetCookie()) {
    for (const [name, attributes] of parseSetCookieHeader(line)) {
      jar.set(name, decodeURIComponent(attributes.value), toCookieOptions(attributes));
    }
  }
}
