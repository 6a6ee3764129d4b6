import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { findUser, INSTANCE, LedgerError, recordAccess, setUserRole } from "@tachograph/ledger";
import { APIError } from "better-auth/api";
import { getLedger } from "./ledger.ts";
import { admit, type OidcSettings } from "./oidc.ts";
import type { GivenRole } from "./rights.ts";

/** The person who started Tachograph on this machine. */
export const LOCAL_OWNER = "owner@tachograph.localhost";

export type SignInMethod = "link" | "password" | "provider";

/** One way in, while somebody comes in by it. */
interface SignIn {
  method: SignInMethod;
  address: string | null;
  /** What the provider's groups make of them. */
  role?: GivenRole | undefined;
}

const current = new AsyncLocalStorage<SignIn>();

/** Runs a sign-in so that the session it begins is written down as what it is. */
export const signingIn = <Result>(signIn: SignIn, work: () => Promise<Result>): Promise<Result> =>
  current.run(signIn, work);

/** Turns away whom the provider knows and we do not let in. Called once the provider's word is verified. */
export function admitClaims(claims: Record<string, unknown>, oidc: OidcSettings): Record<string, never> {
  const admitted = admit(claims, oidc);
  if (admitted === undefined || claims["email"] === LOCAL_OWNER) throw new APIError("FORBIDDEN");
  const signIn = current.getStore();
  if (signIn !== undefined) signIn.role = admitted.role;
  return {};
}

export function roleOfNewUser(email: string, oidc: OidcSettings | undefined): GivenRole | "owner" {
  if (email === LOCAL_OWNER) return "owner";
  return current.getStore()?.role ?? oidc?.defaultRole ?? "none";
}

/** Whether a session may begin: not of somebody who is disabled. Writes down that it does. */
export async function sessionBegan({ userId }: { userId: string }): Promise<boolean | undefined> {
  const { method = "link", address = null, role } = current.getStore() ?? {};
  const ledger = getLedger();
  const user = await findUser(ledger, userId);
  if (user !== undefined && user.disabledAt !== null) return false;
  if (user !== undefined && role !== undefined && user.role !== "owner" && user.role !== role) {
    await setUserRole(ledger, { userId, role }).catch(unlessLastAdmin);
  }
  await recordAccess(ledger, {
    project: INSTANCE,
    userId,
    userName: user?.name ?? "somebody new",
    userRole: role ?? user?.role ?? null,
    action: "signed_in",
    subject: null,
    detail: { method },
    reason: null,
    address,
  });
  return undefined;
}

/** Groups of the provider never take the last admin away. */
function unlessLastAdmin(error: unknown): void {
  if (!(error instanceof LedgerError && error.code === "last_admin")) throw error;
}
