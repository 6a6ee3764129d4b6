/** What happens to a call after it was answered or given up. */
export interface OpenSpan {
  /** The end of its operation has reached the ledger. */
  settleLate(state: string): void;
  end(): void;
}

/** Spans of calls whose handler still runs, or whose operation is not settled yet. */
const open = new Set<OpenSpan>();
const byOperation = new Map<string, Set<OpenSpan>>();
/** Operations whose end the ledger has not taken yet. */
const untold = new Set<string>();

const nameOf = (project: string, operationId: string): string => `${project}\0${operationId}`;

export function addOpenSpan(span: OpenSpan, { project, operationId }: OperationName): void {
  open.add(span);
  if (operationId === null) return;
  const name = nameOf(project, operationId);
  byOperation.set(name, (byOperation.get(name) ?? new Set()).add(span));
}

export function removeOpenSpan(span: OpenSpan, { project, operationId }: OperationName): void {
  open.delete(span);
  if (operationId === null) return;
  const name = nameOf(project, operationId);
  const spans = byOperation.get(name);
  spans?.delete(span);
  if (spans?.size === 0) byOperation.delete(name);
}

interface OperationName {
  project: string;
  operationId: string | null;
}

/** Ends the spans that are still open: whoever exports them is about to stop. */
export function endOpenSpans(): void {
  for (const span of open) span.end();
}

/** Whether the ledger has yet to hear how the operation ended. */
export const settlementWaits = ({ project, operationId }: OperationName): boolean =>
  untold.size > 0 && operationId !== null && untold.has(nameOf(project, operationId));

/** The ledger did not take the end of an operation; it is told again. */
export function noteUntold({ project, operationId }: { project: string; operationId: string }): void {
  untold.add(nameOf(project, operationId));
}

/** The ledger has heard how an operation ended. */
export function noteSettled(settled: { project: string; operationId: string; state: string }): void {
  const name = nameOf(settled.project, settled.operationId);
  untold.delete(name);
  for (const span of byOperation.get(name) ?? []) span.settleLate(settled.state);
}
