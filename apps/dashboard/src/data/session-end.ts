import "server-only";
import { recordAccess } from "./access-log.ts";
import { getAuth } from "./auth.ts";
import { findPerson } from "./viewer.ts";

/** Revokes the session that the request carries; gives the names of the cookies to forget. */
export async function endSession(requestHeaders: Headers): Promise<string[]> {
  const auth = getAuth();
  const person = await findPerson();
  if (person !== undefined) await recordAccess(person, { action: "signed_out" });
  await auth.api.signOut({ headers: requestHeaders });
  const { authCookies } = await auth.$context;
  return Object.values(authCookies).map((cookie) => cookie.name);
}
