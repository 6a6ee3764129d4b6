import "server-only";
import {
  getCallHistogram,
  getToolLatency,
  listFailingParameters,
  listToolContracts,
  listTools,
  type Scope,
  type ToolSummary,
} from "@tachograph/ledger";
import type { OutcomeBucket } from "../charts/outcome-chart.tsx";
import { indentJson } from "../inert/indent-json.ts";
import { timeWindowOf } from "../time/time-window.ts";
import { adviceFor, expectedAt } from "../tools/advice.ts";
import { contractFlags } from "../tools/contract-flags.ts";
import { inputSchemaOf } from "../tools/schema-at.ts";
import type { ToolParams } from "../tools/tool-params.ts";
import type { ContractRow, ParameterRow, ToolRow } from "../tools/tool-row.ts";
import { getLedger } from "./ledger.ts";
import { familyBuckets } from "./outcome-buckets.ts";
import { authorize } from "./viewer.ts";

const MAX_TOOLS = 200;
const MAX_PARAMETERS = 50;
const MAX_CONTRACTS = 20;

const rowOf = (summary: ToolSummary, worstParameter: ToolRow["worstParameter"]): ToolRow => ({
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
});

/** The tools of a window, most first: 200 at most. */
export async function listToolRows(params: ToolParams): Promise<{ rows: ToolRow[]; isWhole: boolean }> {
  const { project, sort, server, q } = params;
  await authorize("rows", project);
  const scope: Scope = { project, ...timeWindowOf(params, Date.now()) };
  const [tools, failing] = await Promise.all([
    listTools(getLedger(), {
      ...scope,
      sort,
      server: server ?? undefined,
      search: q ?? undefined,
      limit: MAX_TOOLS + 1,
    }),
    listFailingParameters(getLedger(), { ...scope, server: server ?? undefined, limit: MAX_TOOLS }),
  ]);
  const worst = new Map<string, ToolRow["worstParameter"]>();
  const keyOf = (tool: { serverName: string; tool: string | null }): string =>
    JSON.stringify([tool.serverName, tool.tool]);
  for (const parameter of failing.parameters) {
    const key = keyOf(parameter);
    if (!worst.has(key)) worst.set(key, { path: parameter.path, calls: parameter.calls });
  }
  return {
    rows: tools.slice(0, MAX_TOOLS).map((tool) => rowOf(tool, worst.get(keyOf(tool)) ?? null)),
    isWhole: tools.length <= MAX_TOOLS,
  };
}

/** Names one tool in a window. */
export interface ToolKey extends Scope {
  server: string;
  tool: string;
}

/** What a window held of a tool; undefined where there is no such tool. */
export async function findToolRow(key: ToolKey): Promise<(ToolRow & ToolLatencyView) | undefined> {
  await authorize("rows", key.project);
  const [[summary], latency, contracts] = await Promise.all([
    listTools(getLedger(), { ...key, limit: 1 }),
    getToolLatency(getLedger(), key),
    listToolContracts(getLedger(), { ...key, limit: 1 }),
  ]);
  if (summary === undefined && contracts.length === 0) return undefined;
  const { server: serverName, tool } = key;
  const row = summary ? rowOf(summary, null) : { ...nothing, serverName, tool };
  return { ...row, p50Us: latency.p50Us, p95Us: latency.p95Us, sampled: latency.sampled };
}

interface ToolLatencyView {
  p50Us: number | null;
  p95Us: number | null;
  /** Calls that these are told from, the newest of the window. */
  sampled: number;
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
} satisfies Omit<ToolRow, "serverName" | "tool">;

export async function getToolChart(key: ToolKey): Promise<{ buckets: OutcomeBucket[]; bucketMs: number }> {
  await authorize("rows", key.project);
  const filter = { servers: [key.server], tools: [key.tool] };
  const histogram = await getCallHistogram(getLedger(), { ...key, filter });
  return { bucketMs: histogram.bucketMs, buckets: familyBuckets(histogram) };
}

/** Where the arguments of a tool fail, with what its contract in force says of those places. */
export async function listParameterRows(
  key: ToolKey,
): Promise<{ rows: ParameterRow[]; looked: number; capped: boolean }> {
  await authorize("rows", key.project);
  const [failing, contracts] = await Promise.all([
    listFailingParameters(getLedger(), { ...key, limit: MAX_PARAMETERS }),
    listToolContracts(getLedger(), { ...key, limit: MAX_CONTRACTS }),
  ]);
  const inForce = contracts.find(({ isInForce }) => isInForce) ?? contracts[0];
  const schema = inForce && inputSchemaOf(inForce.definition);
  return {
    looked: failing.looked,
    capped: failing.capped,
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

/** The contracts that a tool had, the newest first. */
export async function listContractRows({
  project,
  server,
  tool,
}: Omit<ToolKey, "from" | "to">): Promise<ContractRow[]> {
  await authorize("rows", project);
  const contracts = await listToolContracts(getLedger(), { project, server, tool, limit: MAX_CONTRACTS });
  return contracts.map((contract, index) => {
    const before = contracts[index + 1];
    return {
      hash: contract.hash,
      serverVersion: contract.serverVersion,
      firstSeenAtMs: contract.firstSeenAt,
      isInForce: contract.isInForce,
      text: indentJson(contract.definition),
      flags: before ? contractFlags(before.definition, contract.definition) : [],
    };
  });
}
