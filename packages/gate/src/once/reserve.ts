import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimAnswer, OperationSnapshot } from "@tachograph/record";
import { isObject } from "../is-object.ts";
import { CONFIRM_META_KEY, readConfirmToken } from "./confirm-token.ts";
import type { OnceCall } from "./once-call.ts";
import { reconcile } from "./reconcile.ts";

/** What a claim came to, after waiting and reconciling. */
export type Reserved = ClaimAnswer;

const DEFAULT_WAIT_MS = 5_000;
/** Each round needs a reason: an operation that ended meanwhile, or one that was reconciled. */
const MAX_ROUNDS = 8;
const FIRST_POLL_MS = 25;
const LONGEST_POLL_MS = 500;

/**
 * Claims the operation. Waits for one that is being executed, and asks the reconcile hook about one of unknown effect.
 *
 * @throws where the store is away.
 */
export async function reserve(call: OnceCall): Promise<Reserved> {
  const { keeper, once, request } = call;
  const repeated = await confirmRepeat(call);
  if (repeated !== undefined) return { decision: "execute", operation: repeated };
  const until = performance.now() + (once.waitMs ?? DEFAULT_WAIT_MS);
  for (let round = 1; ; round++) {
    const answer = await keeper.store.claim(request);
    if (round === MAX_ROUNDS) return answer;
    switch (answer.decision) {
      case "in_flight":
        if (!(await ends(call, answer.operation, until))) return answer;
        break;
      case "unknown":
        if (!(await reconcile(call, answer.operation))) return answer;
        break;
      case "held":
        if (answer.operation.state !== "unknown" || !(await reconcile(call, answer.operation))) return answer;
        // What was found out is about the twin: under an id of its own this call would run beside it.
        request.operationId = answer.operation.operationId;
        call.gated.delivery.belongsTo(answer.operation, answer.operation.attempt);
        break;
      default:
        return answer;
    }
  }
}

/** Waits until an operation is no longer executed; false where that takes too long, or the caller has gone. */
async function ends({ gated, keeper }: OnceCall, operation: OperationSnapshot, until: number): Promise<boolean> {
  const { project, operationId } = operation;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * 2)) {
    const leftMs = until - performance.now();
    if (leftMs <= 0 || gated.delivery.isOver) return false;
    const pause = sleep(Math.min(leftMs, pollMs * (0.5 + Math.random() / 2)));
    await Promise.race([pause, keeper.endOf(project, operationId) ?? pause]);
    // A store that is away for a moment says nothing about the operation.
    const seen = await keeper.store.find(project, operationId).catch(() => operation);
    if (seen?.state !== "in_flight" || seen.leaseExpiresAt <= seen.readAt) return true;
  }
}

/** Takes over an operation of unknown effect for a caller who answers for repeating it. */
async function confirmRepeat({ gated, once, key, keeper, request }: OnceCall): Promise<OperationSnapshot | undefined> {
  if (once.confirmRepeat === "person") return undefined;
  const { meta, arguments: args } = gated.delivery.received;
  const named = once.confirmArgument;
  const token = meta[CONFIRM_META_KEY] ?? (named !== undefined && isObject(args) ? args[named] : undefined);
  const confirmed = readConfirmToken(token, key.scope, gated.gate.recorder.fingerprintKey);
  if (confirmed === undefined) return undefined;
  const operation = await keeper.store.confirmRepeat({ ...request, ...confirmed });
  if (operation === undefined) return undefined;
  request.operationId = operation.operationId;
  gated.delivery.call.reason = "a repeat that the caller confirmed, of an operation of unknown effect";
  return operation;
}
