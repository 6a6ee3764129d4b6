import type { ErrorPayload } from "@tachograph/record";
import { errorResult, type Answer, type ErrorResult } from "../answers/error-result.ts";
import type { Gate } from "../connection.ts";
import type { ConnectionFacts } from "../delivery-inputs.ts";
import type { Delivery } from "../delivery.ts";
import type { Ruling } from "../judge-answer.ts";
import { isObject } from "../is-object.ts";
import type { CallFacts } from "../options.ts";
import type { ToolPolicy } from "../policy.ts";

/** One call on its way through the pipeline. */
export interface GatedCall {
  gate: Gate;
  delivery: Delivery;
  connection: ConnectionFacts;
  /** The tool's name, which the request has. */
  tool: string;
  policy: ToolPolicy;
  /** What both SDKs hand to a request handler as its second argument. */
  extra: unknown;
  /** Lets the SDK handle the request: its validation, the tool's handler, its answer. */
  execute: () => unknown;
  /** The arguments as the tool's schema gives them; as received where nothing validated them. */
  args: Record<string, unknown>;
}

/** What rules, keys and hooks are told. */
export function factsOf({ gate, delivery, tool, args }: GatedCall): CallFacts {
  const { principal, scopes } = delivery.received;
  const { sessionId, clientName } = delivery.call;
  const environment = gate.options.environment ?? (process.env["TACHOGRAPH_ENVIRONMENT"] || null);
  return { args, tool, principal, scopes, environment, sessionId, clientName, now: Date.now() };
}

/** Should this process die now, the row of the call says which operation it leaves behind. */
export function noteOperation({ gate, delivery }: GatedCall): void {
  gate.recorder.begin(delivery.call, { arguments: delivery.received.argumentsJson, result: null });
}

/** Ends a call with an answer of the gate's own: the row says what the agent is told, unless the ruling says otherwise. */
export function refuse(
  { delivery }: GatedCall,
  answer: Answer,
  ruling: Partial<Ruling> & Pick<Ruling, "outcome">,
): ErrorResult {
  const { code, effect, retry, retry_after_ms: retryAfterMs, original_call_id: originalCallId } = answer.payload;
  delivery.decide({
    errorCode: code,
    effect,
    retryClass: retry,
    retryAfterMs: retryAfterMs ?? null,
    ...(originalCallId === undefined ? {} : { originalCallId }),
    ...ruling,
  });
  return told({ delivery }, answer);
}

/** The answer as a tool result, without a secret that the call itself named. */
export function told({ delivery }: Pick<GatedCall, "delivery">, { payload, sentence }: Answer): ErrorResult {
  const { call_id, operation_id, original_call_id, confirm_repeat, ...texts } = payload;
  // Ids and tokens are the gate's own, and look like secrets.
  const own = Object.fromEntries(
    Object.entries({ confirm_repeat, original_call_id, operation_id }).filter(([, value]) => value !== undefined),
  );
  const clean: ErrorPayload = { ...delivery.texts.cleanValue(texts), ...own, call_id };
  const result = errorResult(clean, delivery.texts.clean(sentence, 4_000));
  if (confirm_repeat !== undefined) delivery.texts.hide(confirm_repeat);
  return result;
}

export const isThenable = (value: unknown): value is Promise<unknown> =>
  isObject(value) && typeof value["then"] === "function";

/** Microseconds since an instant of `performance.now()`. */
export const sinceUs = (fromMs: number): number => Math.max(0, Math.round((performance.now() - fromMs) * 1000));
