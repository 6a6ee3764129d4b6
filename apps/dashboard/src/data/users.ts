import "server-only";
import {
  createUser,
  endUserSessions,
  findUser,
  LedgerError,
  listProjects,
  listUsers,
  setMemberRole,
  setUserDisabled,
  setUserRole,
  type UserSummary,
} from "@tachograph/ledger";
import type { Outcome, UserRow } from "../settings/settings-views.ts";
import { recordAccess } from "./access-log.ts";
import { getLedger } from "./ledger.ts";
import { givenRoles, type GivenRole } from "./rights.ts";
import { createLinkFor } from "./sign-in.ts";
import { authorizeInstance, type Person } from "./viewer.ts";

const MAX_NAME_LENGTH = 100;
const emailPattern = /^[^\s@<>"]{1,64}@[^\s@<>"]+\.[^\s@<>"]+$/;

const roleOf = (role: unknown): GivenRole | undefined => givenRoles.find((known) => known === role);

/** Nobody changes their own role, and nobody but the owner the owner: their password opens every payload. */
const mayChange = (person: Person, user: Pick<UserSummary, "id" | "role">): boolean =>
  user.id !== person.id && (user.role !== "owner" || person.instanceRole === "owner");

/** Everybody who may sign in, or could once. */
export async function listUserRows(): Promise<UserRow[]> {
  const person = await authorizeInstance("users");
  return (await listUsers(getLedger())).map((user) => ({
    id: user.id,
    name: user.name,
    email: user.email,
    role: user.role,
    isDisabled: user.disabledAt !== null,
    sessions: user.sessions,
    signedInAtMs: user.signedInAt,
    hasPassword: user.hasPassword,
    hasOpenLink: user.hasOpenLink,
    memberships: user.memberships,
    canChange: mayChange(person, user),
  }));
}

/** What is wrong, as far as whoever asked can mend it. */
function faultOf(error: unknown): Outcome {
  if (error instanceof LedgerError) return { fault: `${error.message} ${error.hint}` };
  throw error;
}

export async function inviteUser(given: { name: unknown; email: unknown; role: unknown }): Promise<Outcome> {
  const person = await authorizeInstance("users");
  const role = roleOf(given.role);
  const name = typeof given.name === "string" ? given.name.trim() : "";
  const email = typeof given.email === "string" ? given.email.trim().toLowerCase() : "";
  if (name === "" || name.length > MAX_NAME_LENGTH) return { fault: `A name has 1 to ${MAX_NAME_LENGTH} characters.` };
  if (!emailPattern.test(email) || email.length > 255) return { fault: "This is no e-mail address." };
  if (role === undefined) return { fault: "Choose a role." };
  try {
    const id = await createUser(getLedger(), { name, email, role });
    await recordAccess(person, { action: "user_changed", subject: id, detail: { change: "invited", email, role } });
    const { url, hours } = await createLinkFor(id, "invitation");
    return { secret: url, note: `Send this link to ${email}. It works once, within ${hours / 24} days.` };
  } catch (error) {
    return faultOf(error);
  }
}

export type UserChange =
  | { change: "role"; role: string }
  | { change: "membership"; project: string; role: string | null }
  | { change: "disable" }
  | { change: "enable" }
  | { change: "end_sessions" }
  | { change: "make_link" };

/** Changes somebody else. What is changed counts with their next request. */
export async function changeUser(userId: string, change: UserChange): Promise<Outcome> {
  const person = await authorizeInstance("users");
  const ledger = getLedger();
  const user = typeof userId === "string" ? await findUser(ledger, userId) : undefined;
  if (user === undefined) return { fault: "There is no such person." };
  if (!mayChange(person, user)) return { fault: "You cannot change yourself or the owner of this instance." };
  try {
    const { detail, ...outcome } = await apply(user, change);
    if (detail !== undefined) await recordAccess(person, { action: "user_changed", subject: userId, detail });
    return outcome;
  } catch (error) {
    return faultOf(error);
  }
}

async function apply(user: UserSummary, given: UserChange): Promise<Outcome & { detail?: Record<string, unknown> }> {
  const ledger = getLedger();
  const { id: userId, email } = user;
  const { change } = given;
  switch (change) {
    case "role": {
      const role = roleOf(given.role);
      if (role === undefined || user.role === "owner") return { fault: "Choose a role." };
      await setUserRole(ledger, { userId, role });
      return { detail: { change, email, from: user.role, to: role } };
    }
    case "membership": {
      const { project } = given;
      const role = given.role === null ? null : roleOf(given.role);
      if (role === undefined || user.role === "owner") return { fault: "Choose a role." };
      if (!(await listProjects(ledger)).some(({ name }) => name === project)) return { fault: "Choose a project." };
      await setMemberRole(ledger, { project, userId, role });
      return { detail: { change, email, project, to: role } };
    }
    case "disable":
    case "enable":
      await setUserDisabled(ledger, { userId, disabled: change === "disable" });
      return { detail: { change, email } };
    case "end_sessions": {
      const ended = await endUserSessions(ledger, { userId });
      return { detail: { change, email, sessions: ended }, note: `${ended} sessions ended.` };
    }
    case "make_link": {
      if (user.disabledAt !== null) return { fault: "This person is disabled. Enable them first." };
      const purpose = user.hasPassword ? "password_reset" : "invitation";
      const { url, hours } = await createLinkFor(userId, purpose);
      const note = `Send this link to ${email}. It works once, within ${hours} hours, and ends their sessions.`;
      return { detail: { change: purpose, email }, secret: url, note };
    }
    default:
      return { fault: "This is no change that can be made." };
  }
}
