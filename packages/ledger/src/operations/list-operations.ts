import type { OperationState } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import type { OperationsTable } from "../database.ts";
import { withInstants, type WithInstants } from "../queries/instants.ts";
import { decodeCursor, pageOf, type Page } from "../queries/page.ts";

const fields = [
  "id",
  "state",
  "mode",
  "keySource",
  "fingerprint",
  "serverName",
  "tool",
  "principal",
  "sessionId",
  "attempt",
  "deliveries",
  "effect",
  "callId",
  "callFault",
  "claimedAt",
  "leaseExpiresAt",
  "settledAt",
  "retryAt",
  "expiresAt",
  "keptResult",
  "late",
  "resolvedBy",
  "resolvedReason",
  "resolvedAt",
] as const satisfies readonly (keyof OperationsTable)[];

/** An operation without its answer, which only a replay may show. Instants are milliseconds since the epoch. */
export type StoredOperation = WithInstants<Pick<OperationsTable, (typeof fields)[number]>>;

/** What has not been settled. */
export type OpenState = Extract<OperationState, "in_flight" | "unknown">;

const openStates: readonly OpenState[] = ["in_flight", "unknown"];
const isKey = ([at, id, ...rest]: unknown[]): boolean =>
  Number.isSafeInteger(at) && typeof id === "string" && rest.length === 0;

/** The operations of a project that are not settled, the newest first: in flight, unknown, or both. */
export async function listOperations(
  ledger: Ledger,
  options: { project: string; states?: readonly OpenState[]; limit: number; cursor?: string },
): Promise<Page<StoredOperation>> {
  const { project, states = openStates, limit, cursor } = options;
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, isKey);
  const micros = sql<number>`(extract(epoch from claimed_at) * 1000000)::bigint`;
  const rows = await ledger.db
    .selectFrom("operations")
    .select([...fields, micros.as("claimedAtMicros")])
    .where("project", "=", project)
    .where("state", "in", states)
    .$if(at !== undefined, (query) =>
      query.where(
        sql<boolean>`(claimed_at, id) < (timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond', ${id}::text)`,
      ),
    )
    .orderBy("claimedAt", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  const { rows: page, nextCursor } = pageOf(rows, limit, (row) => [row.claimedAtMicros, row.id]);
  return { rows: page.map(({ claimedAtMicros: _micros, ...row }) => withInstants(row)), nextCursor };
}

/** Whatever its state, as long as it is kept. */
export async function findOperation(
  ledger: Ledger,
  { project, operationId }: { project: string; operationId: string },
): Promise<StoredOperation | undefined> {
  const row = await ledger.db
    .selectFrom("operations")
    .select(fields)
    .where("project", "=", project)
    .where("id", "=", operationId)
    .executeTakeFirst();
  return row && withInstants(row);
}

export interface OpenCount {
  count: number;
  /** Since when the oldest has been so, on the database's clock. Null where there is none. */
  oldestAgeMs: number | null;
}

export interface OpenOperations {
  /** Nobody knows whether they happened: for a hook or a person to find out. */
  unknown: OpenCount;
  inFlight: OpenCount;
  /** Those in flight that nobody has executed since their lease ended; they wait for a redelivery. */
  abandoned: OpenCount;
}

/** How many operations of a project are not settled. */
export async function countOpenOperations(ledger: Ledger, { project }: { project: string }): Promise<OpenOperations> {
  const ageOf = (since: string, which: string): RawBuilder<number | null> =>
    sql`(extract(epoch from clock_timestamp() - min(${sql.ref(since)}) filter (where ${sql.raw(which)})) * 1000)::bigint`;
  const count = (which: string): RawBuilder<number> => sql`count(*) filter (where ${sql.raw(which)})`;
  const row = await ledger.db
    .selectFrom("operations")
    .select([
      count(unknown).as("unknown"),
      ageOf("settledAt", unknown).as("unknownAgeMs"),
      count(inFlight).as("inFlight"),
      ageOf("claimedAt", inFlight).as("inFlightAgeMs"),
      count(abandoned).as("abandoned"),
      ageOf("leaseExpiresAt", abandoned).as("abandonedAgeMs"),
    ])
    .where("project", "=", project)
    .where("state", "in", openStates)
    .executeTakeFirstOrThrow();
  return {
    unknown: { count: row.unknown, oldestAgeMs: row.unknownAgeMs },
    inFlight: { count: row.inFlight, oldestAgeMs: row.inFlightAgeMs },
    abandoned: { count: row.abandoned, oldestAgeMs: row.abandonedAgeMs },
  };
}

const unknown = "state = 'unknown'";
const inFlight = "state = 'in_flight'";
const abandoned = "state = 'in_flight' and lease_expires_at <= clock_timestamp()";
