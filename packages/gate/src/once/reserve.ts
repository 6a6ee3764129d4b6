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
  const isOver = (): boolean => call.gated.delivery.isOver;
  for (let round = 1; ; round++) {
    const answer = await keeper.store.claim(request);
    if (round === MAX_ROUNDS) return answer;
    switch (answer.decision) {
      case "in_flight":
        if (!(await keeper.watch.ends(answer.operation, until - performance.now(), isOver))) return answer;
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
