import "server-only";
import {
  findToolDefinition,
  getCallHistogram,
  getToolLatency,
  listFailingParameters,
  listToolLatencies,
  listToolContracts,
  listTools,
  type Scope,
  type ToolLatency,
  type ToolSummary,
} from "@tachograph/ledger";
import type { OutcomeBucket } from "../charts/outcome-chart.tsx";
import { indentJson } from "../inert/indent-json.ts";
import { cutText } from "../inert/inert-segments.ts";
import type { TextSlice } from "../inert/inert-block.tsx";
import { timeWindowOf } from "../time/time-window.ts";
import { adviceFor } from "../tools/advice.ts";
import { contractFlags } from "../tools/contract-flags.ts";
import type { ContractParams } from "../tools/contract-params.ts";
import type { ContractHistory, ContractView } from "../tools/contract-view.ts";
import { expectedAt } from "../tools/expected-at.ts";
import { inputSchemaOf } from "../tools/schema-at.ts";
import type { ToolParams } from "../tools/tool-params.ts";
import type { ParameterRows, ToolRow } from "../tools/tool-row.ts";
import { COUNTS_WITHIN_MS, getReader } from "./ledger.ts";
import { familyBuckets } from "./outcome-buckets.ts";
import { sliceText } from "./text-slice.ts";
import { authorize } from "./viewer.ts";

const MAX_TOOLS = 200;
const MAX_PARAMETERS = 50;
const MAX_CONTRACTS = 20;
/** Of a contract where it is compared with another. */
const MAX_COMPARED_LENGTH = 200_000;

const rowOf = (
  summary: ToolSummary,
  { p50Us, p95Us, sampled }: ToolLatency,
  worstParameter: ToolRow["worstParameter"],
): ToolRow => ({
  serverName: summary.serverName,
  tool: summary.tool,
  calls: summary.calls,
  errors: summary.errors,
  invalid: summary.invalid,
  denials: summary.denials,
  retries: summary.retries,
  repeats: summary.repeats,
  refusals: summary.refusals,
  unknownEffects: summary.unknownEffects,
  contractChanges: summary.contractChanges,
  worstParameter,
  p50Us,
  p95Us,
  sampled,
});

const notTimed: ToolLatency = { p50Us: null, p95Us: null, sampled: 0 };

/** The tools of a window, most first: 200 at most. */
export async function listToolRows(params: ToolParams): Promise<{ rows: ToolRow[]; isWhole: boolean }> {
  const { project, sort, server, q } = params;
  await authorize("rows", project);
  const scope: Scope = { project, ...timeWindowOf(params, Date.now()) };
  const [tools, failing] = await Promise.all([
    listTools(getReader(), {
      ...scope,
      sort,
      server: server ?? undefined,
      search: q ?? undefined,
      limit: MAX_TOOLS + 1,
    }),
    listFailingParameters(getReader(), { ...scope, server: server ?? undefined, limit: MAX_TOOLS, perTool: 1 }),
  ]);
  const worst = new Map<string, ToolRow["worstParameter"]>();
  const keyOf = (tool: { serverName: string; tool: string | null }): string =>
    JSON.stringify([tool.serverName, tool.tool]);
  for (const parameter of failing.parameters)
    worst.set(keyOf(parameter), { path: parameter.path, calls: parameter.calls });
  const shown = tools.slice(0, MAX_TOOLS);
  const named = shown.flatMap(({ serverName, tool }) => (tool === null ? [] : [{ serverName, tool }]));
  const latencies = await listToolLatencies(getReader(), { ...scope, tools: named });
  const latencyOf = new Map(named.map((tool, index) => [keyOf(tool), latencies[index]]));
  return {
    rows: shown.map((tool) => rowOf(tool, latencyOf.get(keyOf(tool)) ?? notTimed, worst.get(keyOf(tool)) ?? null)),
    isWhole: tools.length <= MAX_TOOLS,
  };
}

/** Names one tool in a window. */
export interface ToolKey extends Scope {
  server: string;
  tool: string;
}

/** What a window held of a tool; undefined where there is no such tool. */
export async function findToolRow(key: ToolKey): Promise<ToolRow | undefined> {
  await authorize("rows", key.project);
  const [[summary], latency, { contracts }] = await Promise.all([
    listTools(getReader(), { ...key, limit: 1 }),
    getToolLatency(getReader(), key),
    listToolContracts(getReader(), { ...key, limit: 1 }),
  ]);
  if (summary === undefined && contracts.length === 0) return undefined;
  const { server: serverName, tool } = key;
  return summary ? rowOf(summary, latency, null) : { ...nothing, serverName, tool };
}

const nothing = {
  calls: 0,
  errors: 0,
  invalid: 0,
  denials: 0,
  retries: 0,
  repeats: 0,
  refusals: 0,
  unknownEffects: 0,
  contractChanges: 0,
  worstParameter: null,
  ...notTimed,
} satisfies Omit<ToolRow, "serverName" | "tool">;

export async function getToolChart(key: ToolKey): Promise<{ buckets: OutcomeBucket[]; bucketMs: number }> {
  await authorize("rows", key.project);
  const filter = { servers: [key.server], tools: [key.tool] };
  const histogram = await getCallHistogram(getReader(COUNTS_WITHIN_MS), { ...key, filter });
  return { bucketMs: histogram.bucketMs, buckets: familyBuckets(histogram) };
}

/** Where the arguments of a tool fail, with what its contract in force says of those places. */
export async function listParameterRows(key: ToolKey): Promise<ParameterRows> {
  const { project } = key;
  await authorize("rows", project);
  const [failing, { contracts }] = await Promise.all([
    listFailingParameters(getReader(), { ...key, limit: MAX_PARAMETERS }),
    listToolContracts(getReader(), { ...key, limit: MAX_CONTRACTS }),
  ]);
  const inForce = contracts.find(({ isInForce }) => isInForce) ?? contracts[0];
  const definition = inForce && (await findToolDefinition(getReader(), { project, hash: inForce.hash }));
  const schema = definition && inputSchemaOf(definition.definition);
  return {
    looked: failing.looked,
    capped: failing.capped,
    others: failing.places - failing.parameters.length,
    rows: failing.parameters.map(({ path, calls, codes, exampleCallId }) => ({
      path,
      calls,
      codes,
      exampleCallId,
      expected: schema ? expectedAt(schema, path) : null,
      advice: schema ? adviceFor(schema, { pointer: path, code: codes[0]?.code ?? "" }) : null,
    })),
  };
}

/** The contracts that a tool had, and what changed between the two that are asked for: else the newest two. */
export async function getContractHistory(key: ToolKey, chosen: ContractParams): Promise<ContractHistory> {
  const { project } = key;
  await authorize("rows", project);
  const { contracts, looked, capped } = await listToolContracts(getReader(), { ...key, limit: MAX_CONTRACTS });
  const rows = contracts.map(({ hash, serverVersion, firstSeenAt, isInForce, calls, lastUsedAt }) => ({
    hash,
    serverVersion,
    firstSeenAtMs: firstSeenAt,
    isInForce,
    calls,
    lastUsedAtMs: lastUsedAt,
  }));
  const find = (hash: string | null) => rows.find((row) => row.hash === hash);
  const after = find(chosen.after) ?? rows[0];
  const before = find(chosen.before) ?? rows[1];
  const isCompared = after !== undefined && before !== undefined && after.hash !== before.hash;
  return {
    rows,
    looked,
    capped,
    shown: after === undefined ? null : await contractView(project, after.hash, isCompared ? before.hash : null),
  };
}

async function contractView(project: string, hash: string, before: string | null): Promise<ContractView | null> {
  const [now, then] = await Promise.all([
    findToolDefinition(getReader(), { project, hash }),
    before === null ? undefined : findToolDefinition(getReader(), { project, hash: before }),
  ]);
  if (now === undefined) return null;
  const text = indentJson(now.definition);
  if (then === undefined) return { hash, text: sliceText(text), change: null };
  const old = indentJson(then.definition);
  return {
    hash,
    text: sliceText(text),
    change: {
      beforeHash: then.hash,
      before: cutText(old, MAX_COMPARED_LENGTH),
      after: cutText(text, MAX_COMPARED_LENGTH),
      isCut: Math.max(old.length, text.length) > MAX_COMPARED_LENGTH,
      flags: contractFlags(then.definition, now.definition),
    },
  };
}

/** More of a contract. */
export async function getContractSlice(project: string, hash: string, offset: number): Promise<TextSlice> {
  await authorize("rows", project);
  const found = await findToolDefinition(getReader(), { project, hash });
  return sliceText(found === undefined ? "" : indentJson(found.definition), offset);
}
