import "server-only";
import { endUserSessions, listUserSessions, renameUser } from "@tachograph/ledger";
import { headers } from "next/headers";
import type { Outcome, SessionView } from "../settings/settings-views.ts";
import { recordAccess } from "./access-log.ts";
import { getAuth } from "./auth.ts";
import { getLedger } from "./ledger.ts";
import { createKeyedRateLimit } from "./rate-limit.ts";
import { passwordFault } from "./sign-in.ts";
import { getPerson } from "./viewer.ts";

const MAX_NAME_LENGTH = 100;
const attempts = createKeyedRateLimit({ max: 10, windowSeconds: 900 });

/** The viewer's own sessions. */
export async function listOwnSessions(): Promise<SessionView[]> {
  const person = await getPerson();
  return (await listUserSessions(getLedger(), person.id)).map((session) => ({
    id: session.id,
    startedAtMs: session.startedAt,
    expiresAtMs: session.expiresAt,
    address: session.address,
    userAgent: session.userAgent,
    isThisOne: session.id === person.sessionId,
  }));
}

/** Whether the viewer has a password to change. */
export async function hasOwnPassword(): Promise<boolean> {
  const person = await getPerson();
  const { internalAdapter } = await getAuth().$context;
  const accounts = await internalAdapter.findAccounts(person.id);
  return accounts.some(({ providerId, password }) => providerId === "credential" && typeof password === "string");
}

export async function renameSelf(name: unknown): Promise<Outcome> {
  const person = await getPerson();
  const given = typeof name === "string" ? name.trim() : "";
  if (given === "" || given.length > MAX_NAME_LENGTH)
    return { fault: `A name has 1 to ${MAX_NAME_LENGTH} characters.` };
  const detail = { change: "name", from: person.name, to: given };
  await recordAccess(person, { action: "user_changed", subject: person.id, detail });
  await renameUser(getLedger(), { userId: person.id, name: given });
  return { note: "Saved." };
}

/** Changes the viewer's password, and ends their other sessions. */
export async function changeOwnPassword(given: { current: unknown; next: unknown }): Promise<Outcome> {
  const person = await getPerson();
  const { current, next } = given;
  const fault = passwordFault(next);
  if (fault !== undefined) return { fault };
  if (typeof current !== "string" || typeof next !== "string") return { fault: "Give both passwords." };
  if (!attempts.take(person.id)) return { fault: "Too many attempts. Wait a few minutes, then try again." };
  try {
    await getAuth().api.changePassword({
      body: { currentPassword: current, newPassword: next, revokeOtherSessions: false },
      headers: await headers(),
    });
  } catch (error) {
    if (error instanceof Error && error.name === "APIError") return { fault: "The current password is wrong." };
    throw error;
  }
  await endUserSessions(getLedger(), { userId: person.id, keep: person.sessionId });
  await recordAccess(person, { action: "user_changed", subject: person.id, detail: { change: "password" } });
  return { note: "Your password is changed, and your other sessions are ended." };
}

/** Ends one of the viewer's sessions, or all but this one. */
export async function endOwnSessions(id: unknown): Promise<Outcome> {
  const person = await getPerson();
  const only = typeof id === "string" ? { only: id } : { keep: person.sessionId };
  const ended = await endUserSessions(getLedger(), { userId: person.id, ...only });
  const detail = { change: "end_sessions", sessions: ended };
  await recordAccess(person, { action: "user_changed", subject: person.id, detail });
  return { note: ended === 1 ? "One session ended." : `${ended} sessions ended.` };
}
