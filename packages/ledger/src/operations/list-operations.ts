import { storable } from "@tachograph/record";
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

/**
 * Which operations are asked for. `open`: unknown or in flight; `abandoned`: in flight, and nobody has executed them
 * since their lease ended; `found_out`: a person or a hook said what had become of them.
 */
export const operationStatuses = ["open", "unknown", "in_flight", "abandoned", "found_out"] as const;
export type OperationStatus = (typeof operationStatuses)[number];

export interface OperationFilter {
  servers?: readonly string[];
  tools?: readonly string[];
  /** Begin of an operation's id, or the whole of its session, principal or call. */
  text?: string;
}

const openStates = sql`('in_flight', 'unknown')`;
const abandoned = sql<boolean>`state = 'in_flight' and lease_expires_at <= clock_timestamp()`;
const conditions: Readonly<Record<OperationStatus, RawBuilder<boolean>>> = {
  open: sql`state in ${openStates}`,
  unknown: sql`state = 'unknown'`,
  in_flight: sql`state = 'in_flight'`,
  abandoned,
  found_out: sql`resolved_at is not null`,
};

function passes({ servers, tools, text }: OperationFilter): RawBuilder<boolean> {
  const wanted: RawBuilder<boolean>[] = [sql`true`];
  if (servers !== undefined) wanted.push(sql`server_name = any(${servers.map(storable)}::text[])`);
  if (tools !== undefined) wanted.push(sql`tool = any(${tools.map(storable)}::text[])`);
  if (text !== undefined) {
    const given = storable(text);
    wanted.push(sql`(starts_with(id, ${given.toLowerCase()}) or session_id = ${given} or principal = ${given}
      or call_id::text = ${given.toLowerCase()})`);
  }
  return sql.join(wanted, sql` and `);
}

const isKey = ([at, id, ...rest]: unknown[]): boolean =>
  Number.isSafeInteger(at) && typeof id === "string" && rest.length === 0;

/** The operations of a project that are open, or were found out; the newest first: by their claim, or by the finding. */
export async function listOperations(
  ledger: Ledger,
  options: { project: string; status?: OperationStatus; filter?: OperationFilter; limit: number; cursor?: string },
): Promise<Page<StoredOperation>> {
  const { project, status = "open", filter = {}, limit, cursor } = options;
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, isKey);
  const since = sql.ref(status === "found_out" ? "resolved_at" : "claimed_at");
  const micros = sql<number>`(extract(epoch from ${since}) * 1000000)::bigint`;
  const rows = await ledger.db
    .selectFrom("operations")
    .select([...fields, micros.as("sinceMicros")])
    .where("project", "=", project)
    .where(conditions[status])
    .where(passes(filter))
    .$if(at !== undefined, (query) =>
      query.where(
        sql<boolean>`(${since}, id) < (timestamptz 'epoch' + ${at}::bigint * interval '1 microsecond', ${id}::text)`,
      ),
    )
    .orderBy(since, "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  const { rows: page, nextCursor } = pageOf(rows, limit, (row) => [row.sinceMicros, row.id]);
  return { rows: page.map(({ sinceMicros: _micros, ...row }) => withInstants(row)), nextCursor };
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
    .where("id", "=", storable(operationId))
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
  const ageOf = (since: string, which: RawBuilder<boolean>): RawBuilder<number | null> =>
    sql`(extract(epoch from clock_timestamp() - min(${sql.ref(since)}) filter (where ${which})) * 1000)::bigint`;
  const count = (which: RawBuilder<boolean>): RawBuilder<number> => sql`count(*) filter (where ${which})`;
  const { unknown, in_flight: inFlight } = conditions;
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
    .where(conditions.open)
    .executeTakeFirstOrThrow();
  return {
    unknown: { count: row.unknown, oldestAgeMs: row.unknownAgeMs },
    inFlight: { count: row.inFlight, oldestAgeMs: row.inFlightAgeMs },
    abandoned: { count: row.abandoned, oldestAgeMs: row.abandonedAgeMs },
  };
}
