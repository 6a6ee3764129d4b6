import {
  contrastCalls,
  countCalls,
  countCallsBy,
  countOpenOperations,
  countSessions,
  countSessionsBy,
  readSessionOutline,
  tellSession,
  findCall,
  findCallNeighbours,
  findPayload,
  findSession,
  getCallHistogram,
  getRecordingHealth,
  getToolLatency,
  getTotals,
  listCalls,
  listFailingParameters,
  listOperationCalls,
  listOperations,
  listRelatedCalls,
  listSessions,
  listToolContracts,
  listTools,
  listTopTools,
  sessionSorts,
  type CallFilter,
  type CallSummary,
  type Ledger,
  type Scope,
} from "../src/index.ts";

const PROJECT = "default";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PAGE_ROWS = 100;

/** A query as a screen asks it. */
export interface DashboardQuery {
  name: string;
  run(ledger: Ledger, known: Known): Promise<unknown>;
}

/** What a screen knows before it asks: a call, and where page 200 begins. */
export interface Known {
  call: CallSummary;
  operationCall: CallSummary;
  deepCursor: string;
  longestSession: string;
}

const windows = { "24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS, "60d": 60 * DAY_MS };

// As if asked at some moment of the last hour: windows of people seldom begin on the hour.
const scopeOf = (lengthMs: number): Scope => {
  const to = Date.now() - Math.floor(Math.random() * HOUR_MS);
  return { project: PROJECT, from: to - lengthMs, to };
};
const day = (): Scope => scopeOf(DAY_MS);
const month = (): Scope => scopeOf(30 * DAY_MS);

const filters = {
  tool: { tools: ["tool_00"] },
  denied: { outcomes: ["denied"] },
  rare_principal: { principals: ["rare@example.com"] },
  rare_principal_denied: { principals: ["rare@example.com"], outcomes: ["denied"] },
  tool_denied: { tools: ["tool_07"], outcomes: ["denied"] },
  principal: { principals: ["user3@example.com"] },
  error_code: { errorCodes: ["timeout"] },
  text: { text: "scope refunds" },
} as const satisfies Record<string, CallFilter>;

const facets = [
  "outcome",
  "tool",
  "server_name",
  "retry_kind",
  "effect",
  "principal",
  "client_name",
  "error_code",
] as const;

/** Every query that the dashboard runs, with the windows and filters that people use. */
export const dashboardQueries: readonly DashboardQuery[] = [
  { name: "calls", run: (ledger) => listCalls(ledger, { ...day(), limit: PAGE_ROWS }) },
  {
    name: "calls deep",
    run: (ledger, { deepCursor: cursor }) => listCalls(ledger, { ...month(), limit: PAGE_ROWS, cursor }),
  },
  ...Object.entries(filters).flatMap(([name, filter]) => [
    { name: `calls ${name}`, run: (ledger: Ledger) => listCalls(ledger, { ...month(), filter, limit: PAGE_ROWS }) },
    { name: `count ${name}`, run: (ledger: Ledger) => countCalls(ledger, { ...month(), filter }) },
    {
      name: `facets ${name}`,
      run: (ledger: Ledger) => countCallsBy(ledger, { ...day(), filter, fields: facets }),
    },
    { name: `differences ${name}`, run: (ledger: Ledger) => contrastCalls(ledger, { ...day(), filter }) },
    { name: `histogram ${name}`, run: (ledger: Ledger) => getCallHistogram(ledger, { ...day(), filter }) },
  ]),
  ...Object.entries(windows).flatMap(([name, lengthMs]) => [
    { name: `count ${name}`, run: (ledger: Ledger) => countCalls(ledger, scopeOf(lengthMs)) },
    {
      name: `facets ${name}`,
      run: (ledger: Ledger) => countCallsBy(ledger, { ...scopeOf(lengthMs), fields: facets }),
    },
    { name: `histogram ${name}`, run: (ledger: Ledger) => getCallHistogram(ledger, scopeOf(lengthMs)) },
    { name: `totals ${name}`, run: (ledger: Ledger) => getTotals(ledger, scopeOf(lengthMs)) },
    { name: `top tools ${name}`, run: (ledger: Ledger) => listTopTools(ledger, { ...scopeOf(lengthMs), limit: 10 }) },
    { name: `tools ${name}`, run: (ledger: Ledger) => listTools(ledger, { ...scopeOf(lengthMs), limit: 200 }) },
    {
      name: `failing parameters ${name}`,
      run: (ledger: Ledger) => listFailingParameters(ledger, { ...scopeOf(lengthMs), limit: 20 }),
    },
    { name: `sessions ${name}`, run: (ledger: Ledger) => listSessions(ledger, { ...scopeOf(lengthMs), limit: 60 }) },
    { name: `count sessions ${name}`, run: (ledger: Ledger) => countSessions(ledger, scopeOf(lengthMs)) },
  ]),
  ...sessionSorts.map((sort) => ({
    name: `sessions 30d by ${sort}`,
    run: (ledger: Ledger) => listSessions(ledger, { ...month(), sort, limit: 60 }),
  })),
  {
    name: "sessions 30d denied by calls",
    run: (ledger) => listSessions(ledger, { ...month(), sort: "calls", onlyWith: ["denials"], limit: 60 }),
  },
  {
    name: "sessions 30d of principal",
    run: (ledger) => listSessions(ledger, { ...month(), principals: ["user3@example.com"], limit: 60 }),
  },
  { name: "sessions 24h search", run: (ledger) => listSessions(ledger, { ...day(), search: "user42@", limit: 60 }) },
  {
    name: "session",
    run: (ledger, { longestSession: sessionId }) => findSession(ledger, { project: PROJECT, sessionId }),
  },
  {
    name: "session outline",
    run: async (ledger, { longestSession: sessionId }) => {
      const session = { project: PROJECT, sessionId };
      const { value } = await readSessionOutline(ledger, { ...session, firstPiece: 500, piece: 5_000 }).next();
      return value;
    },
  },
  {
    name: "session story",
    run: (ledger, { longestSession: sessionId }) => tellSession(ledger, { project: PROJECT, sessionId }),
  },
  { name: "session facets 24h", run: (ledger) => countSessionsBy(ledger, day()) },
  { name: "session facets 30d", run: (ledger) => countSessionsBy(ledger, month()) },
  { name: "call", run: (ledger, { call: { id } }) => findCall(ledger, { project: PROJECT, id }) },
  { name: "payload", run: (ledger, { call: { id } }) => findPayload(ledger, { project: PROJECT, callId: id }) },
  { name: "related calls", run: (ledger, { call: { id } }) => listRelatedCalls(ledger, { project: PROJECT, id }) },
  {
    name: "neighbours",
    run: (ledger, { call: { id } }) => findCallNeighbours(ledger, { ...month(), filter: filters.denied, id }),
  },
  {
    name: "operation calls",
    run: (ledger, { operationCall: around }) =>
      listOperationCalls(ledger, {
        project: PROJECT,
        operationId: around.operationId ?? "",
        around,
        limit: 50,
      }),
  },
  {
    name: "calls of an operation",
    run: (ledger, { operationCall: { operationId } }) =>
      listCalls(ledger, { ...month(), filter: { operationId: operationId ?? "" }, limit: PAGE_ROWS }),
  },
  { name: "operations", run: (ledger) => listOperations(ledger, { project: PROJECT, limit: PAGE_ROWS }) },
  { name: "open operations", run: (ledger) => countOpenOperations(ledger, { project: PROJECT }) },
  {
    name: "tool latency 7d",
    run: (ledger) => getToolLatency(ledger, { ...scopeOf(7 * DAY_MS), server: "orders", tool: "tool_00" }),
  },
  {
    name: "failing parameters of a tool 30d",
    run: (ledger) => listFailingParameters(ledger, { ...month(), server: "orders", tool: "tool_00", limit: 20 }),
  },
  {
    name: "tool contracts",
    run: (ledger) => listToolContracts(ledger, { ...month(), server: "orders", tool: "tool_00", limit: 20 }),
  },
  { name: "recording", run: (ledger) => getRecordingHealth(ledger, { project: PROJECT }) },
];

/** Looks up what the queries need. */
export async function lookUp(ledger: Ledger): Promise<Known> {
  const scope = month();
  const [first, operations, sessions] = await Promise.all([
    listCalls(ledger, { ...scope, limit: 20_000 }),
    listCalls(ledger, { ...scope, filter: { effects: ["applied"] }, limit: 100 }),
    listSessions(ledger, { ...scope, sort: "calls", limit: 1 }),
  ]);
  const [call] = first.rows;
  const operationCall = operations.rows.find(({ operationId }) => operationId !== null);
  const [longest] = sessions.rows;
  if (!call || !operationCall || !longest || first.nextCursor === null) throw new Error("too few rows to read");
  return { call, operationCall, deepCursor: first.nextCursor, longestSession: longest.sessionId };
}
