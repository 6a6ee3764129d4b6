import { idTime, storable, type CallRecord } from "@tachograph/record";
import { addToCube, cubes, foldIntoCube } from "./cubes.ts";
import { addSessions, SET_SIZE } from "./rollup-sql.ts";
import { sessionCountNames, sessionCounts, type CountedCalls } from "./session-counts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface SessionBatch {
  project: string;
  session_id: string;
  session_source: string;
  client_name: string | null;
  client_version: string | null;
  principals: Set<string>;
  servers: Set<string>;
  tools: Set<string>;
  first_call_id: string;
  last_call_id: string;
  first_ms: number;
  last_ms: number;
  calls: number;
  outcomes: Counts;
  effects: Counts;
  retry_kinds: Counts;
}

type Counts = Record<string, number>;

interface HourBatch {
  project: string;
  time_ms: number;
  server_name: string;
  tool: string;
  outcome: string;
  effect: string;
  mutability: string;
  retry_kind: string;
  calls: number;
  duration_us_sum: number;
}

interface MinuteBatch {
  project: string;
  time_ms: number;
  outcome: string;
  calls: number;
}

/** What calls add to the rollups: members of JSON arrays, named like the columns. Days are the sums of their hours. */
export interface BatchRollups {
  sessions: object[];
  hours: object[];
  minutes: object[];
}

/** Counts calls that are known to be new; the same sums as those of the exact statement. */
export function rollUp(calls: Iterable<CallRecord>): BatchRollups {
  const sessions = new Map<string, SessionBatch>();
  const hours = new Map<string, HourBatch>();
  const minutes = new Map<string, MinuteBatch>();
  for (const call of calls) {
    const project = storable(call.project);
    const timeMs = idTime(call.id);
    addToHour(hours, call, project, timeMs);
    addToMinute(minutes, call, project, timeMs);
    if (call.sessionId !== null) addToSession(sessions, call, project, call.sessionId);
  }
  return {
    sessions: [...sessions.values()].map(sessionRow),
    hours: [...hours.values()],
    minutes: [...minutes.values()],
  };
}

/** Adds what `rollUp` gave, in the same order of locks as the exact statement: counts by kind first. */
export function rollupStatements(
  { sessions, hours, minutes }: BatchRollups,
  quote: (text: string) => string,
): string[] {
  const rows = (batch: object[], types: string): string =>
    `json_to_recordset(${quote(JSON.stringify(batch))}::json) as batch(${types})`;
  const timed = (column: string, batch: object[], types: string): string =>
    `(select *, to_timestamp(time_ms / 1000.0) as ${column} from ${rows(batch, types)}) as ${column}s_batch`;
  const counters = ["calls", ...sessionCountNames].map((name) => `${name} bigint`).join(", ");
  const hoursBatch = timed(
    "hour",
    hours,
    `project text, time_ms float8, server_name text, tool text, outcome text, effect text, mutability text,
     retry_kind text, calls bigint, duration_us_sum bigint`,
  );
  const minutesBatch = timed("minute", minutes, "project text, time_ms float8, outcome text, calls bigint");
  const statements = [
    addToCube(cubes.hours, hoursBatch),
    addToCube(cubes.days, `(${foldIntoCube(cubes.days, cubes.hours, hoursBatch)}) as days_batch`),
    addToCube(cubes.minutes, minutesBatch),
  ];
  if (sessions.length > 0) {
    statements.push(
      addSessions(`(
        select *, to_timestamp(first_ms / 1000.0) as first_call_at, to_timestamp(last_ms / 1000.0) as last_call_at
        from ${rows(
          sessions,
          `project text, session_id text, session_source text, client_name text, client_version text,
           principals text[], servers text[], tools text[], first_call_id uuid, last_call_id uuid,
           first_ms float8, last_ms float8, outcomes jsonb, ${counters}`,
        )}) as session_batch`),
    );
  }
  return statements;
}

function addToHour(hours: Map<string, HourBatch>, call: CallRecord, project: string, timeMs: number): void {
  const time_ms = Math.floor(timeMs / HOUR_MS) * HOUR_MS;
  const server_name = storable(call.serverName);
  const tool = storable(call.tool ?? "");
  const { outcome, effect, mutability, retryKind: retry_kind, durationUs } = call;
  const key = `${project}\0${time_ms}\0${server_name}\0${tool}\0${outcome}\0${effect}\0${mutability}\0${retry_kind}`;
  const known = hours.get(key);
  if (known === undefined) {
    const kind = { server_name, tool, outcome, effect, mutability, retry_kind };
    hours.set(key, { project, time_ms, ...kind, calls: 1, duration_us_sum: durationUs });
    return;
  }
  known.calls++;
  known.duration_us_sum += durationUs;
}

function addToMinute(
  minutes: Map<string, MinuteBatch>,
  { outcome }: CallRecord,
  project: string,
  timeMs: number,
): void {
  const time_ms = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
  const key = `${project}\0${time_ms}\0${outcome}`;
  const known = minutes.get(key);
  if (known === undefined) minutes.set(key, { project, time_ms, outcome, calls: 1 });
  else known.calls++;
}

function addToSession(
  sessions: Map<string, SessionBatch>,
  call: CallRecord,
  project: string,
  rawSessionId: string,
): void {
  const session_id = storable(rawSessionId);
  const key = `${project}\0${session_id}`;
  let session = sessions.get(key);
  if (session === undefined) {
    session = emptySession(project, session_id, call);
    sessions.set(key, session);
  }
  session.calls++;
  count(session.outcomes, call.outcome);
  count(session.effects, call.effect);
  count(session.retry_kinds, call.retryKind);
  session.session_source = greatest(session.session_source, call.sessionSource) ?? call.sessionSource;
  session.client_name = greatest(session.client_name, call.clientName);
  session.client_version = greatest(session.client_version, call.clientVersion);
  if (call.principal !== null) session.principals.add(storable(call.principal));
  if (call.tool !== null) session.tools.add(storable(call.tool));
  session.servers.add(storable(call.serverName));
  if (call.id < session.first_call_id) session.first_call_id = call.id;
  if (call.id > session.last_call_id) session.last_call_id = call.id;
  session.first_ms = Math.min(session.first_ms, call.startedAt);
  session.last_ms = Math.max(session.last_ms, call.startedAt);
}

function emptySession(project: string, session_id: string, call: CallRecord): SessionBatch {
  return {
    project,
    session_id,
    session_source: call.sessionSource,
    client_name: null,
    client_version: null,
    principals: new Set(),
    servers: new Set(),
    tools: new Set(),
    first_call_id: call.id,
    last_call_id: call.id,
    first_ms: call.startedAt,
    last_ms: call.startedAt,
    calls: 0,
    outcomes: {},
    effects: {},
    retry_kinds: {},
  };
}

function count(counts: Counts, member: string): void {
  counts[member] = (counts[member] ?? 0) + 1;
}

function sessionRow({ effects, retry_kinds, ...session }: SessionBatch): object {
  const countsOf = { outcome: session.outcomes, effect: effects, retryKind: retry_kinds };
  const counters = sessionCountNames.map((name) => {
    const { field, members }: CountedCalls = sessionCounts[name];
    return [name, members.reduce((sum, member) => sum + (countsOf[field][member] ?? 0), 0)];
  });
  return {
    ...session,
    ...Object.fromEntries(counters),
    principals: cut(session.principals),
    servers: cut(session.servers),
    tools: cut(session.tools),
  };
}

/** The greater in byte order; null where there is neither. */
function greatest(known: string | null, raw: string | null): string | null {
  if (raw === null || raw === known) return known;
  const given = storable(raw);
  return known === null || byteOrder(given, known) > 0 ? given : known;
}

const cut = (members: Set<string>): string[] =>
  members.size === 1 ? [...members] : [...members].toSorted(byteOrder).slice(0, SET_SIZE);

const hasPair = /[\ud800-\udfff]/;

/** As Postgres' collation "C" orders: by UTF-8 bytes, which is the order of code units but for surrogate pairs. */
function byteOrder(a: string, b: string): number {
  if (hasPair.test(a) || hasPair.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
