import "server-only";
import {
  countOpenOperations,
  findCall,
  findOperation,
  LedgerError,
  listOperationCalls,
  listOperations,
  reconcileOperation,
  type StoredOperation,
} from "@tachograph/ledger";
import type { CallRow } from "../calls/call-row.ts";
import type { OperationParams } from "../operations/operation-params.ts";
import type { OpenCounts, OperationRow } from "../operations/operation-row.ts";
import type { Page } from "../table/use-pages.ts";
import { recordAccess } from "./access-log.ts";
import { callRowOf } from "./call-row-of.ts";
import { getLedger, getReader } from "./ledger.ts";
import { operationViewOf } from "./operation-view-of.ts";
import { authorize } from "./viewer.ts";

const PAGE_ROWS = 60;
const MAX_DELIVERIES = 200;
const MAX_REASON_LENGTH = 1_000;

const given = <Item>(list: Item[]): { list: Item[] } | undefined => (list.length === 0 ? undefined : { list });

function operationRowOf(operation: StoredOperation, project: string): OperationRow {
  return {
    ...operationViewOf(operation, operation.deliveries),
    project,
    serverName: operation.serverName,
    tool: operation.tool,
    principal: operation.principal,
    sessionId: operation.sessionId,
    keySource: operation.keySource,
    claimedAtMs: operation.claimedAt,
    resolvedAtMs: operation.resolvedAt,
  };
}

/** The rows of the operations screen. */
export async function listOperationRows(
  params: OperationParams,
  { cursor }: { cursor?: string } = {},
): Promise<Page<OperationRow>> {
  const { project, status, q } = params;
  await authorize("rows", project);
  const page = await listOperations(getReader(), {
    project,
    status,
    filter: { servers: given(params.server)?.list, tools: given(params.tool)?.list, text: q ?? undefined },
    limit: PAGE_ROWS,
    cursor,
  });
  return { rows: page.rows.map((operation) => operationRowOf(operation, project)), nextCursor: page.nextCursor };
}

export async function countOpen(project: string): Promise<OpenCounts> {
  await authorize("rows", project);
  const { unknown, inFlight, abandoned } = await countOpenOperations(getReader(), { project });
  return { unknown, inFlight, abandoned };
}

/** One operation with its deliveries, oldest first. */
export interface OperationDetail {
  operation: OperationRow;
  deliveries: CallRow[];
  /** Whether these are all that there are. */
  isWhole: boolean;
  /** Whether the viewer may say what became of it. */
  canReconcile: boolean;
}

/** Undefined where there is none, or it is kept no longer. */
export async function findOperationDetail(project: string, id: string): Promise<OperationDetail | undefined> {
  const viewer = await authorize("rows", project);
  const operation = await findOperation(getReader(), { project, operationId: id });
  if (operation === undefined) return undefined;
  const around = { id: operation.callId, tool: operation.tool };
  const near = { project, operationId: id, around, limit: MAX_DELIVERIES };
  // While its first call runs there is no row of it yet.
  const calls = await listOperationCalls(getReader(), near);
  const own = calls.some((call) => call.id === operation.callId)
    ? undefined
    : await findCall(getReader(), { project, id: operation.callId });
  const deliveries = [...calls, ...(own === undefined ? [] : [own])].map((call) => callRowOf(call, project));
  return {
    operation: operationRowOf(operation, project),
    deliveries: deliveries.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    isWhole: calls.length < MAX_DELIVERIES,
    canReconcile: viewer.can("reconcile"),
  };
}

/** What somebody found out about an operation of unknown effect. */
export interface Finding {
  id: string;
  /** The attempt that they looked at. */
  attempt: number;
  found: "applied" | "not_applied";
  reason: string;
}

/**
 * Settles an operation by what the viewer found out.
 *
 * @returns `changed` where it was settled or attempted again in the meantime; `bad_reason`, `bad_finding`: see there
 */
export async function reconcile(
  project: string,
  { id, attempt, found, reason }: Finding,
): Promise<"settled" | "changed" | "bad_reason" | "bad_finding"> {
  const viewer = await authorize("reconcile", project);
  // The types hold for our own pages; anybody can send anything.
  if (typeof reason !== "string" || reason.length > MAX_REASON_LENGTH) return "bad_reason";
  if (typeof id !== "string" || !Number.isSafeInteger(attempt)) return "bad_finding";
  if (found !== "applied" && found !== "not_applied") return "bad_finding";
  try {
    const finding = { project, operationId: id, attempt, found, reason, by: viewer.name };
    if (!(await reconcileOperation(getLedger(), finding))) return "changed";
    await recordAccess(viewer, {
      project,
      action: "operation_reconciled",
      subject: id,
      detail: { found, attempt },
      reason,
    });
    return "settled";
  } catch (error) {
    if (error instanceof LedgerError && error.code === "bad_reason") return "bad_reason";
    throw error;
  }
}
