import "server-only";
import { createApiKey, listApiKeys, revokeApiKey } from "@tachograph/ledger";
import { isUuid } from "@tachograph/record";
import type { KeyRow, Outcome } from "../settings/settings-views.ts";
import { recordAccess } from "./access-log.ts";
import { getLedger } from "./ledger.ts";
import { authorize } from "./viewer.ts";

const MAX_NAME_LENGTH = 100;
const lifetimesDays = [30, 90, 365];

/** The keys of a project's programs. */
export async function listKeyRows(project: string): Promise<KeyRow[]> {
  await authorize("keys", project);
  return (await listApiKeys(getLedger(), project)).map((key) => ({
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    createdBy: key.createdBy,
    createdAtMs: key.createdAt,
    expiresAtMs: key.expiresAt,
    lastUsedAtMs: key.lastUsedAt,
    revokedAtMs: key.revokedAt,
  }));
}

/** Makes a key that reads what a viewer of the project may. */
export async function createKey(project: string, given: { name: unknown; days: unknown }): Promise<Outcome> {
  const viewer = await authorize("keys", project);
  const name = typeof given.name === "string" ? given.name.trim() : "";
  if (name === "" || name.length > MAX_NAME_LENGTH) return { fault: `A name has 1 to ${MAX_NAME_LENGTH} characters.` };
  const days = lifetimesDays.find((known) => String(known) === given.days) ?? null;
  if (days === null && given.days !== "never") return { fault: "Choose until when it works." };
  const made = await createApiKey(getLedger(), {
    project,
    name,
    scope: "read",
    createdBy: viewer.name,
    expiresInDays: days,
  });
  const detail = { name, prefix: made.prefix, scope: "read", days };
  await recordAccess(viewer, { project, action: "key_created", subject: made.id, detail });
  return { secret: made.key, note: "Copy it now: it is shown this once." };
}

export async function revokeKey(project: string, id: unknown): Promise<Outcome> {
  const viewer = await authorize("keys", project);
  if (typeof id !== "string" || !isUuid(id)) return { fault: "There is no such key." };
  const name = await revokeApiKey(getLedger(), { project, id });
  if (name === undefined) return { fault: "This key is not in force any more." };
  await recordAccess(viewer, { project, action: "key_revoked", subject: id, detail: { name } });
  return {};
}
