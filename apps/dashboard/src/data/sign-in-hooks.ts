import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import {
  findUser,
  INSTANCE,
  LedgerError,
  recordAccess,
  setUserRole,
  type AccessRole,
  type UserSummary,
} from "@tachograph/ledger";
import { APIError } from "better-auth/api";
import { getLedger } from "./ledger.ts";
import { admit, type Admitted, type OidcSettings, type Refusal } from "./oidc.ts";
import type { GivenRole } from "./rights.ts";

/** The person who started Tachograph on this machine. */
export const LOCAL_OWNER = "owner@tachograph.localhost";

const MAX_NAME_LENGTH = 100;
const MAX_CLAIM_LENGTH = 255;

export type SignInMethod = "link" | "password" | "provider";

/** One way in, while somebody comes in by it. */
export interface SignIn {
  method: SignInMethod;
  address: string | null;
  /** Who they say that they are, or the provider. */
  email?: string;
  /** What the provider's word makes of them. */
  admitted?: Admitted;
  refusal?: Refusal;
}

// Each route of the server has modules of its own, and what is made in one of them calls back from another.
const held = globalThis as { tachographSignIn?: AsyncLocalStorage<SignIn> };
const current = (held.tachographSignIn ??= new AsyncLocalStorage<SignIn>());

/** Runs a sign-in so that the session it begins is written down as what it is. */
export const signingIn = <Result>(signIn: SignIn, work: () => Promise<Result>): Promise<Result> =>
  current.run(signIn, work);

/** Turns away whom the provider knows and we do not let in. Called once the provider's word is verified. */
export function admitClaims(
  claims: Readonly<Record<string, unknown>>,
  oidc: OidcSettings,
): { email: string; emailVerified: true; name: string; image: undefined } {
  const signIn = current.getStore();
  if (signIn === undefined) throw new Error("somebody came through the provider outside of a sign-in");
  if (typeof claims["email"] === "string") signIn.email = claims["email"].slice(0, MAX_CLAIM_LENGTH);
  const admitted = admit(claims, oidc);
  if (typeof admitted === "string") signIn.refusal = admitted;
  else if (admitted.email === LOCAL_OWNER) signIn.refusal = "owner";
  if (typeof admitted === "string" || signIn.refusal !== undefined) throw new APIError("FORBIDDEN");
  signIn.admitted = admitted;
  const { email } = admitted;
  const name = typeof claims["name"] === "string" ? claims["name"].trim().slice(0, MAX_NAME_LENGTH) : "";
  return { email, emailVerified: true, name: name || email, image: undefined };
}

export const roleOfNewUser = (email: string): GivenRole | "owner" =>
  email === LOCAL_OWNER ? "owner" : (current.getStore()?.admitted?.role ?? "none");

/** Whether a session may begin: not of somebody who is disabled. Writes down that it does. */
export async function sessionBegan({ userId }: { userId: string }): Promise<boolean | undefined> {
  const signIn = current.getStore() ?? { method: "link", address: null };
  const ledger = getLedger();
  const user = await findUser(ledger, userId);
  if (user !== undefined && user.disabledAt !== null) signIn.refusal = "disabled";
  // The instance is the owner's, whatever a provider says of itself.
  else if (user?.role === "owner" && signIn.method === "provider") signIn.refusal = "owner";
  if (signIn.refusal !== undefined) return false;
  const role = user && (await adoptRole(user, signIn));
  await recordAccess(ledger, {
    project: INSTANCE,
    userId,
    userName: user?.name ?? "somebody new",
    userRole: role ?? null,
    action: "signed_in",
    subject: null,
    detail: { method: signIn.method },
    reason: null,
    address: signIn.address,
  });
  return undefined;
}

/** Makes of somebody what their groups say now, and writes it down. Gives the role that they have then. */
async function adoptRole(user: UserSummary, { admitted, address }: SignIn): Promise<AccessRole> {
  const { id: userId, name, email, role: from } = user;
  if (admitted === undefined || !admitted.isRoleByGroups || admitted.role === from) return from;
  const { role: to } = admitted;
  const ledger = getLedger();
  try {
    await setUserRole(ledger, { userId, role: to });
  } catch (error) {
    // Groups of the provider never take the last admin away.
    if (error instanceof LedgerError && error.code === "last_admin") return from;
    throw error;
  }
  await recordAccess(ledger, {
    project: INSTANCE,
    userId,
    userName: name,
    userRole: from,
    action: "user_changed",
    subject: userId,
    detail: { change: "role", email, from, to, by: "groups" },
    reason: null,
    address,
  });
  return to;
}

/** Writes down that nobody got in. */
export const recordFailedSignIn = ({ method, address, email, refusal }: SignIn): Promise<boolean> =>
  recordAccess(getLedger(), {
    project: INSTANCE,
    userId: null,
    userName: email ?? "unknown",
    userRole: null,
    action: "sign_in_failed",
    subject: null,
    detail: { method, ...(refusal && { why: refusal }) },
    reason: null,
    address,
  });
