import { createHash, randomBytes } from "node:crypto";
import { newId } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";

/** What a key of a program may do: `read` is what a viewer of its project may. */
export const keyScopes = ["read"] as const;
export type KeyScope = (typeof keyScopes)[number];

export interface ApiKey {
  project: string;
  id: string;
  name: string;
  /** The first characters of the key, to tell it by. */
  prefix: string;
  scope: KeyScope;
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
  /** To the minute. */
  lastUsedAt: number | null;
  revokedAt: number | null;
}

const KEY_PATTERN = /^tgk_[A-Za-z0-9_-]{43}$/;
const PREFIX_LENGTH = 10;

const hashOf = (key: string): Buffer => createHash("sha256").update(key).digest();

const instant = (column: string) => sql<number>`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`;

const columns = sql`project, id, name, prefix, scope, created_by, ${instant("created_at")} as created_at,
  ${instant("expires_at")} as expires_at, ${instant("last_used_at")} as last_used_at,
  ${instant("revoked_at")} as revoked_at`;

/** @returns the key itself, which is shown once and of which only the hash is kept */
export async function createApiKey(
  ledger: Ledger,
  given: { project: string; name: string; scope: KeyScope; createdBy: string; expiresInDays: number | null },
): Promise<{ id: string; key: string; prefix: string }> {
  const key = `tgk_${randomBytes(32).toString("base64url")}`;
  const id = newId();
  const prefix = key.slice(0, PREFIX_LENGTH);
  await sql`
    insert into api_keys (project, id, name, prefix, key_hash, scope, created_by, expires_at)
    values (${given.project}, ${id}::text::uuid, ${given.name}, ${prefix}, ${hashOf(key)}, ${given.scope},
      ${given.createdBy}, clock_timestamp() + ${given.expiresInDays}::integer * interval '1 day')`.execute(ledger.db);
  return { id, key, prefix };
}

/** The keys of a project, the latest first. */
export async function listApiKeys(ledger: Ledger, project: string): Promise<ApiKey[]> {
  const { rows } = await sql<ApiKey>`
    select ${columns} from api_keys where project = ${project} order by id desc limit 1000`.execute(ledger.db);
  return rows;
}

/** The key that a program showed, where it is in force. Notes the use, at most once a minute. */
export async function findApiKey(ledger: Ledger, key: string): Promise<ApiKey | undefined> {
  if (!KEY_PATTERN.test(key)) return undefined;
  const { rows } = await sql<ApiKey>`
    select ${columns} from api_keys where key_hash = ${hashOf(key)} and revoked_at is null
      and (expires_at is null or expires_at > clock_timestamp())`.execute(ledger.db);
  const [found] = rows;
  if (found !== undefined) {
    await sql`
      update api_keys set last_used_at = clock_timestamp() where project = ${found.project}
        and id = ${found.id}::text::uuid
        and coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)`.execute(ledger.db);
  }
  return found;
}

/** @returns the name of the key, or undefined where there is none that is in force */
export async function revokeApiKey(
  ledger: Ledger,
  { project, id }: { project: string; id: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    update api_keys set revoked_at = clock_timestamp()
    where project = ${project} and id = ${id}::text::uuid and revoked_at is null returning name`.execute(ledger.db);
  return rows[0]?.name;
}
