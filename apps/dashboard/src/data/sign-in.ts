import "server-only";
import {
  createPasswordLink,
  endUserSessions,
  findPasswordLink,
  spendPasswordLink,
  type LinkPurpose,
} from "@tachograph/ledger";
import { getAuth, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./auth.ts";
import { clientAddress } from "./client-address.ts";
import { getLedger } from "./ledger.ts";
import { createKeyedRateLimit } from "./rate-limit.ts";
import { getSettings } from "./settings.ts";
import { recordFailedSignIn, signingIn, type SignIn } from "./sign-in-hooks.ts";

const attemptsByAddress = createKeyedRateLimit({ max: 30, windowSeconds: 300 });
const attemptsByAccount = createKeyedRateLimit({ max: 10, windowSeconds: 900 });

const emailPattern = /^[^\s@]{1,64}@[^\s@]{1,190}$/;
const LINK_HOURS = { invitation: 7 * 24, password_reset: 24 } as const satisfies Record<LinkPurpose, number>;

const isLibraryError = (error: unknown): boolean => error instanceof Error && error.name === "APIError";

/** Signs somebody in; gives the headers that set the session cookie, or why not. */
export async function signInWithPassword(
  given: { email: string; password: string },
  requestHeaders: Headers,
): Promise<{ headers: Headers; userId: string } | "wrong" | "busy"> {
  const email = given.email.trim().toLowerCase();
  const address = clientAddress(requestHeaders);
  if (!attemptsByAddress.take(address ?? "")) return "busy";
  if (!emailPattern.test(email) || given.password.length > MAX_PASSWORD_LENGTH) return "wrong";
  if (!attemptsByAccount.take(email)) return "busy";
  const signIn: SignIn = { method: "password", address, email };
  try {
    const { headers, response } = await signingIn(signIn, () =>
      getAuth().api.signInEmail({
        body: { email, password: given.password },
        headers: requestHeaders,
        returnHeaders: true,
      }),
    );
    attemptsByAccount.forgive(email);
    return { headers, userId: response.user.id };
  } catch (error) {
    if (!isLibraryError(error)) throw error;
    await recordFailedSignIn(signIn);
    return "wrong";
  }
}

/** A link that lets somebody set their password once. Whoever calls it has checked who asks. */
export async function createLinkFor(userId: string, purpose: LinkPurpose): Promise<{ url: string; hours: number }> {
  const holdsHours = LINK_HOURS[purpose];
  const token = await createPasswordLink(getLedger(), { userId, purpose, holdsHours });
  return { url: `${getSettings().url}/login/password?token=${token}`, hours: holdsHours };
}

/** Whom a link is for; undefined where it is spent, old or wrong. Spends nothing. */
export async function findLinkBearer(
  token: string,
): Promise<{ name: string; email: string; purpose: LinkPurpose } | undefined> {
  const link = await findPasswordLink(getLedger(), token);
  return link && { name: link.name, email: link.email, purpose: link.purpose };
}

/** What is wrong with a password, in a sentence. */
export function passwordFault(password: unknown): string | undefined {
  if (typeof password !== "string" || password.length < MIN_PASSWORD_LENGTH) {
    return `A password has at least ${MIN_PASSWORD_LENGTH} characters.`;
  }
  if (password.length > MAX_PASSWORD_LENGTH) return `A password has at most ${MAX_PASSWORD_LENGTH} characters.`;
  return undefined;
}

/** Spends a link: sets the password, ends every session of that person, and signs them in. */
export async function setPasswordByLink(
  token: string,
  password: string,
  requestHeaders: Headers,
): Promise<{ headers: Headers; userId: string } | "spent" | "busy" | "set"> {
  if (!attemptsByAddress.take(clientAddress(requestHeaders) ?? "")) return "busy";
  const link = await spendPasswordLink(getLedger(), token);
  if (link === undefined) return "spent";
  const { password: hasher, internalAdapter } = await getAuth().$context;
  const hash = await hasher.hash(password);
  const { userId } = link;
  const account = (await internalAdapter.findAccounts(userId)).find(({ providerId }) => providerId === "credential");
  if (account === undefined) {
    await internalAdapter.createAccount({ userId, providerId: "credential", accountId: userId, password: hash });
  } else await internalAdapter.updatePassword(userId, hash);
  await endUserSessions(getLedger(), { userId });
  attemptsByAccount.forgive(link.email);
  const signedIn = await signInWithPassword({ email: link.email, password }, requestHeaders);
  return typeof signedIn === "string" ? "set" : signedIn;
}
