import "server-only";
import {
  contrastCalls,
  countCalls,
  countCallsBy,
  findCall,
  findCallNeighbours,
  findOperation,
  findToolDefinition,
  getCallHistogram,
  listCalls,
  listOperationCalls,
  listRelatedCalls,
  type CallFilter,
  type CallNeighbours,
  type CallSummary,
  type ContrastedField,
  type CountedField,
} from "@tachograph/ledger";
import { isUuid, type CallRecord } from "@tachograph/record";
import type { Contrast } from "../calls/call-contrast.ts";
import type { CallDetail, PayloadPart, PayloadTexts, PayloadView } from "../calls/call-detail.ts";
import { hasFilter, loadCallParams, type CallParams, type FilterName } from "../calls/call-params.ts";
import { rpcRequest } from "../calls/rpc-request.ts";
import type { CallRow, CappedCount } from "../calls/call-row.ts";
import type { OperationView } from "../calls/operation-view.ts";
import type { Facet, FacetName, FacetValue } from "../calls/facet.ts";
import type { OutcomeBucket } from "../charts/outcome-chart.tsx";
import { cutText } from "../inert/inert-segments.ts";
import { indentJson } from "../inert/indent-json.ts";
import type { TextSlice } from "../inert/inert-block.tsx";
import type { Page } from "../table/use-pages.ts";
import { timeWindowOf } from "../time/time-window.ts";
import { callRowOf } from "./call-row-of.ts";

import { COUNTS_WITHIN_MS, getReader } from "./ledger.ts";
import { operationViewOf } from "./operation-view-of.ts";
import { familyBuckets } from "./outcome-buckets.ts";
import { answerProgram } from "./program.ts";
import { readPayload } from "./payload-access.ts";
import { recordSearch } from "./search-log.ts";
import { sliceText } from "./text-slice.ts";
import { authorize, type Viewer } from "./viewer.ts";

const PAGE_ROWS = 100;
/** Deliveries of one operation that are listed before a call, and after it. */
const MAX_DELIVERIES = 50;
const MAX_COMPARED_LENGTH = 200_000;

const given = <Item>(list: Item[]): Item[] | undefined => (list.length === 0 ? undefined : list);

/** The filters of the calls screen as the ledger asks for them. `tool:orders.*` is a prefix. */
export function callFilterOf(params: CallParams): CallFilter {
  const exact = params.tool.filter((tool) => !tool.endsWith("*"));
  const prefix = params.tool.find((tool) => tool.endsWith("*"))?.slice(0, -1);
  return {
    outcomes: given(params.outcome),
    effects: given(params.effect),
    mutabilities: given(params.kind),
    retryKinds: given(params.retry),
    servers: given(params.server),
    tools: given(exact),
    toolPrefix: prefix,
    principals: given(params.principal),
    clients: given(params.client),
    sessionId: params.session ?? undefined,
    errorCodes: given(params.error),
    rule: params.rule ?? undefined,
    operationId: params.operation ?? undefined,
    text: params.q ?? undefined,
  };
}

const scopeOf = (params: CallParams) => ({
  project: params.project,
  ...timeWindowOf(params, Date.now()),
  filter: callFilterOf(params),
});

/** The rows of the calls screen, newest first. */
export async function listCallRows(params: CallParams, { cursor }: { cursor?: string } = {}): Promise<Page<CallRow>> {
  const viewer = await authorize("rows", params.project);
  if (cursor === undefined && hasFilter(params)) await recordSearch(viewer, params);
  return readCallRows(params, { cursor });
}

/** The same for a program with a key, as JSON. */
export async function answerCallRows(request: Request): Promise<Response> {
  return answerProgram(request, (project, query, page) => readCallRows({ ...loadCallParams(query), project }, page));
}

async function readCallRows(params: CallParams, { cursor }: { cursor?: string }): Promise<Page<CallRow>> {
  const page = await listCalls(getReader(), { ...scopeOf(params), limit: PAGE_ROWS, cursor });
  return {
    rows: page.rows.map((call) => callRowOf(call, params.project)),
    nextCursor: page.nextCursor,
    searchedToMs: page.searchedTo,
  };
}

/** The rows before and after a call among those of the calls screen. */
export async function findRowNeighbours(params: CallParams, id: string): Promise<CallNeighbours> {
  await authorize("rows", params.project);
  return findCallNeighbours(getReader(), { ...scopeOf(params), id });
}

export async function countCallRows(params: CallParams): Promise<CappedCount> {
  await authorize("rows", params.project);
  return countCalls(getReader(COUNTS_WITHIN_MS), scopeOf(params));
}

const facetFields = {
  outcome: { title: "Outcome", field: "outcome" },
  tool: { title: "Tool", field: "tool" },
  server: { title: "Server", field: "server_name" },
  retry: { title: "Retry kind", field: "retry_kind" },
  effect: { title: "Effect", field: "effect" },
  principal: { title: "Principal", field: "principal" },
  client: { title: "Client", field: "client_name" },
  error: { title: "Error code", field: "error_code" },
} as const;

/** For each field the values that are left with the other filters in force. */
export async function listCallFacets(params: CallParams): Promise<Facet[]> {
  await authorize("rows", params.project);
  const names = Object.keys(facetFields) as FacetName[];
  const fields = names.map((name) => facetFields[name].field);
  const counts = await countCallsBy(getReader(COUNTS_WITHIN_MS), { ...scopeOf(params), fields });
  return names.map((name) => {
    const { title, field } = facetFields[name];
    const { values, ofNewest } = counts[field];
    return {
      name,
      title,
      ofNewest,
      values: values.flatMap(({ value, count }) => (value === null ? [] : [{ value, count }])),
    };
  });
}

const openFields: Readonly<Record<string, CountedField>> = {
  tool: "tool",
  server: "server_name",
  principal: "principal",
  client: "client_name",
  error: "error_code",
  rule: "rule",
};
const MAX_VALUES = 12;

/** Values of a field that a search can name, which hold what is typed, with how many rows have them. */
export async function listFieldValues(params: CallParams, field: string, typed: string): Promise<FacetValue[]> {
  await authorize("rows", params.project);
  const counted = Object.hasOwn(openFields, field) ? openFields[field] : undefined;
  if (counted === undefined) return [];
  const { values } = (await countCallsBy(getReader(COUNTS_WITHIN_MS), { ...scopeOf(params), fields: [counted] }))[
    counted
  ];
  const wanted = typed.toLowerCase();
  return values
    .flatMap(({ value, count }) => (value?.toLowerCase().includes(wanted) ? [{ value, count }] : []))
    .slice(0, MAX_VALUES);
}

const contrastTitles: Readonly<Record<ContrastedField, readonly [title: string, filter: FilterName | null]>> = {
  tool: ["Tool", "tool"],
  server_name: ["Server", "server"],
  server_version: ["Server version", null],
  tool_def_hash: ["Contract", null],
  principal: ["Principal", "principal"],
  auth_method: ["Sign-in by", null],
  client_name: ["Client", "client"],
  client_version: ["Client version", null],
  protocol_version: ["Protocol", null],
  transport: ["Transport", null],
  session_id: ["Session", "session"],
  mutability: ["Kind", "kind"],
  retry_kind: ["Retry", "retry"],
  rule: ["Rule", "rule"],
  policy_hash: ["Policy", null],
  error_code: ["Error", "error"],
};

/** What the calls of the screen have that others have not. */
export async function getCallContrast(params: CallParams): Promise<Contrast> {
  await authorize("rows", params.project);
  const { values, these, others, shared } = await contrastCalls(getReader(COUNTS_WITHIN_MS), scopeOf(params));
  return {
    these,
    others,
    isAmongAlike: Object.values(shared).some((value) => value !== undefined),
    values: values.map(({ field, value, ...counts }) => {
      const [title, filter] = contrastTitles[field];
      return { title, value, ...counts, filter: value === null ? null : filter };
    }),
  };
}

export async function getCallChart(params: CallParams): Promise<CallChart> {
  await authorize("rows", params.project);
  const histogram = await getCallHistogram(getReader(COUNTS_WITHIN_MS), scopeOf(params));
  const { bucketMs, countedFrom, from } = histogram;
  return { bucketMs, buckets: familyBuckets(histogram), countedFromMs: countedFrom > from ? countedFrom : null };
}

interface CallChart {
  buckets: OutcomeBucket[];
  bucketMs: number;
  /** From when on calls are counted, where there are too many to count them all; null where all are. */
  countedFromMs: number | null;
}

/** Names one call. */
interface CallKey {
  project: string;
  id: string;
}

/** All of one call; undefined where there is none. */
export async function findCallDetail({ project, id }: CallKey): Promise<CallDetail | undefined> {
  const viewer = await authorize("rows", project);
  if (!isUuid(id)) return undefined;
  const ledger = getReader();
  const found = await findCall(ledger, { project, id });
  if (!found) return undefined;
  const { recordedAt, ...call } = found;
  const [payload, related, behind, contract] = await Promise.all([
    payloadView({ project, id }, viewer),
    listRelatedCalls(ledger, { project, id }),
    findBehind(call),
    contractText(call),
  ]);
  const group = new Map([...related, ...behind.deliveries].map((row) => [row.id, callRowOf(row, project)]));
  return {
    call,
    recordedAtMs: recordedAt,
    payload,
    group: [...group.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    operation: behind.operation,
    original: behind.original,
    contract: contract === undefined ? null : sliceText(contract),
  };
}

/** The operation behind a call: its own or, where it was held for another, that one. With the calls that belong to it. */
async function findBehind(
  call: CallRecord,
): Promise<{ original: CallRow | null; operation: OperationView | null; deliveries: CallSummary[] }> {
  const ledger = getReader();
  const { project, originalCallId: named } = call;
  const original = named === null ? undefined : await findCall(ledger, { project, id: named });
  const operationId = call.outcome === "held" ? (original?.operationId ?? call.operationId) : call.operationId;
  const found = original === undefined ? null : callRowOf(original, project);
  if (operationId === null) return { original: found, operation: null, deliveries: [] };
  const [operation, deliveries] = await Promise.all([
    findOperation(ledger, { project, operationId }),
    listOperationCalls(ledger, { project, operationId, around: call, limit: MAX_DELIVERIES }),
  ]);
  if (operation === undefined) return { original: found, operation: null, deliveries };
  // From the call that executed it to the end, or else there may be more.
  const isWhole = deliveries.length < MAX_DELIVERIES && deliveries.some(({ id }) => id === operation.callId);
  return { original: found, operation: operationViewOf(operation, isWhole ? deliveries.length : null), deliveries };
}

/** More of one text of a call. */
export async function getPayloadSlice(key: CallKey, part: PayloadPart, offset: number): Promise<TextSlice> {
  const viewer = await authorize("rows", key.project);
  const text = isUuid(key.id) ? await partText(key, part, viewer) : undefined;
  return sliceText(text ?? "", offset);
}

/** The request of a call as JSON-RPC text; undefined where its arguments are not stored, or not for this viewer. */
export async function findCallRequest({ project, id }: CallKey): Promise<string | undefined> {
  const viewer = await authorize("rows", project);
  if (!isUuid(id)) return undefined;
  const [call, read] = await Promise.all([
    findCall(getReader(), { project, id }),
    readPayload(viewer, { project, callId: id }),
  ]);
  return call && read.access === "shown" ? rpcRequest(call, read.payload.arguments) : undefined;
}

/** Arguments and result of a call to compare; null where they are not stored, or not for this viewer. */
export async function findPayloadTexts({ project, id }: CallKey): Promise<PayloadTexts | null> {
  const viewer = await authorize("rows", project);
  if (!isUuid(id)) return null;
  const read = await readPayload(viewer, { project, callId: id });
  if (read.access !== "shown") return null;
  const { payload } = read;
  const cut = (text: string | null): string | null => text && cutText(indentJson(text), MAX_COMPARED_LENGTH);
  const isCut = [payload.arguments, payload.result].some((text) => (text?.length ?? 0) > MAX_COMPARED_LENGTH);
  return { arguments: cut(payload.arguments), result: cut(payload.result), isCut };
}

async function partText({ project, id }: CallKey, part: PayloadPart, viewer: Viewer): Promise<string | undefined> {
  if (part === "contract") {
    const call = await findCall(getReader(), { project, id });
    return call && contractText(call);
  }
  const read = await readPayload(viewer, { project, callId: id });
  if (read.access !== "shown") return undefined;
  const text = part === "arguments" ? read.payload.arguments : read.payload.result;
  return text == null ? undefined : indentJson(text);
}

async function payloadView({ project, id }: CallKey, viewer: Viewer): Promise<PayloadView> {
  const read = await readPayload(viewer, { project, callId: id });
  if (read.access !== "shown") return { access: read.access };
  const { payload, reason } = read;
  const view = (text: string | null): TextSlice | null => (text === null ? null : sliceText(indentJson(text)));
  return { access: "shown", arguments: view(payload.arguments), result: view(payload.result), reason };
}

async function contractText({
  project,
  toolDefHash: hash,
}: Pick<CallRecord, "project" | "toolDefHash">): Promise<string | undefined> {
  if (hash === null) return undefined;
  const definition = await findToolDefinition(getReader(), { project, hash });
  return definition && indentJson(definition.definition);
}
