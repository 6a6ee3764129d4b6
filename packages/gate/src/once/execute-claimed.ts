import type { OperationSnapshot, Ownership } from "@tachograph/record";
import { inFlight } from "../answers/once-answers.ts";
import { messageOf } from "../answer-text.ts";
import { executeCall, type Ended } from "../pipeline/execute-call.ts";
import { noteOperation, refuse } from "../pipeline/gated-call.ts";
import { failureOf, finish, judge, type Attempt, type Ending } from "../pipeline/judge-ending.ts";
import { refuseUnaudited } from "../pipeline/refuse-unaudited.ts";
import type { OnceCall } from "./once-call.ts";
import { settlementOf } from "./settlement-of.ts";

const TAKEN_OVER = "another process took the operation over, and what this one did is not recorded as its effect";

/** Executes an operation that is ours, and settles it: by how its handler ended, not by whether anybody still waits. */
export async function executeClaimed(call: OnceCall, operation: OperationSnapshot): Promise<unknown> {
  const { gated, keeper, request, once } = call;
  const { delivery } = gated;
  const { project, operationId, ownerToken } = request;
  const ownership: Ownership = { project, operationId, ownerToken };
  const attempt: Attempt = { number: operation.attempt, operationId };
  delivery.call.phase = "reserved";
  delivery.belongsTo(operation, operation.attempt);
  if (operation.attempt > 1 && delivery.call.retryKind === "first")
    Object.assign(delivery.call, { retryKind: "keyed_retry", attempt: operation.attempt });
  if (operation.operationId !== call.key.operationId) noteOperation(gated);
  const lease = keeper.hold(ownership, () => lost(call));
  if (delivery.isOver) {
    await keeper.settle(settlementOf(call, ownership, { kind: "not_started" }));
    lease.release();
    return { content: [] };
  }
  if (once.mode === "atomic") return executeAtomic(call, ownership, attempt).finally(lease.release);
  const ended = await executeCall(gated);
  if (ended.kind === "timeout") {
    // Nobody waits any more; the operation is settled when its handler is.
    void ended.late
      .then(async (late) => judge(gated, late, attempt))
      .then(async (ending) => keeper.settle(settlementOf(call, ownership, { kind: "late", ending })))
      .then((settled) => (settled === "lost" ? lost(call) : undefined))
      .catch((cause: unknown) => fault(call, cause))
      .finally(lease.release);
    return finish(gated, await judge(gated, ended, attempt));
  }
  try {
    const ending = await judge(gated, ended, attempt);
    await settle(call, ownership, ending);
    return finish(gated, ending);
  } finally {
    lease.release();
  }
}

async function settle(call: OnceCall, ownership: Ownership, ending: Ending): Promise<void> {
  const { keeper } = call;
  const settled = await keeper.settle(settlementOf(call, ownership, { kind: "ended", ending }));
  if (settled === "lost") lost(call);
}

function lost({ gated }: OnceCall): void {
  const { gate, delivery, tool } = gated;
  delivery.abort(new Error(TAKEN_OVER));
  delivery.call.reason = TAKEN_OVER;
  gate.recorder.report({ code: "ownership_lost", message: `an operation of ${tool}: ${TAKEN_OVER}` });
}

function fault({ gated }: OnceCall, cause: unknown): void {
  gated.gate.recorder.report({ code: "gate_fault", message: "the gate failed to settle an operation", cause });
}

/** Carries an ending out of a transaction, which it rolls back. */
class RolledBack extends Error {
  readonly ending: Ending;
  constructor(ending: Ending) {
    super("rolled back");
    this.name = "RolledBack";
    this.ending = ending;
  }
}

/** The handler's effect and the record of it are one transaction. */
async function executeAtomic(call: OnceCall, ownership: Ownership, attempt: Attempt): Promise<unknown> {
  const { gated, keeper } = call;
  const { delivery } = gated;
  const undone: Attempt = { ...attempt, rolledBack: true };
  let ending: Ending;
  let late: Extract<Ended, { kind: "timeout" }>["late"] | undefined;
  try {
    ending = await keeper.store.runAtomic(ownership, {
      run: async (transaction) => {
        delivery.belongsTo(
          { operationId: ownership.operationId, keySource: call.key.source },
          attempt.number,
          transaction,
        );
        const ended = await executeCall(gated);
        if (ended.kind === "timeout") ({ late } = ended);
        const judged = await judge(gated, ended, undone);
        const settlement = settlementOf(call, ownership, { kind: "ended", ending: judged });
        if (settlement.state !== "completed") throw new RolledBack(judged);
        return { value: judged, settlement };
      },
    });
  } catch (error) {
    return afterRollback(call, ownership, error, undone);
  } finally {
    // What runs on finds its transaction closed; its end says nothing any more.
    late?.catch(() => undefined);
  }
  return finish(gated, ending);
}

async function afterRollback(call: OnceCall, ownership: Ownership, error: unknown, attempt: Attempt): Promise<unknown> {
  const { gated, keeper } = call;
  const { delivery, tool } = gated;
  if (error instanceof RolledBack) {
    await settle(call, ownership, error.ending);
    return finish(gated, error.ending);
  }
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "ownership_lost") {
    lost(call);
    const facts = { callId: delivery.call.id, tool, operationId: ownership.operationId, afterMs: 2_000 };
    return refuse(gated, inFlight(facts), { outcome: "duplicate_in_flight", reason: TAKEN_OVER });
  }
  if (!delivery.observed.begun) {
    await keeper.settle(settlementOf(call, ownership, { kind: "not_started" }));
    gated.gate.recorder.report({
      code: "claim_failed",
      message: `${tool}: no transaction could be begun`,
      cause: error,
    });
    return refuseUnaudited(gated, "no transaction could be begun in the ledger");
  }
  gated.gate.recorder.report({
    code: "settle_failed",
    message: `${tool}: the transaction of an operation did not commit: ${messageOf(error) ?? "no reason given"}`,
    cause: error,
  });
  const ending = failureOf(gated, error, code === "commit_unknown" ? { ...attempt, rolledBack: false } : attempt);
  await settle(call, ownership, ending);
  return finish(gated, ending);
}
