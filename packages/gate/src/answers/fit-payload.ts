import { MAX_PAYLOAD_BYTES, type ErrorPayload, type PayloadIssue } from "@tachograph/record";
import { segmentsOf, pointerOf } from "../validation/pointer.ts";
import { cutBytes, cutText, oneLine, plainText } from "../validation/plain-text.ts";

const MAX_ISSUES = 4;
const MAX_ID_BYTES = 96;
const MAX_TOKEN_BYTES = 160;
const MAX_ECHO = 64;
const MAX_EXPECTED = 256;
const MAX_HINT = 320;
const SHORT = 80;
const MAX_EXAMPLE_BYTES = 640;

/** Size of a payload as the agent gets it, in UTF-8 bytes. */
export const payloadBytes = (payload: ErrorPayload): number => Buffer.byteLength(JSON.stringify(payload));

/** Each is tried on what the ones before it have left, until the payload fits: what an agent misses least goes first. */
const reductions: readonly ((payload: ErrorPayload) => ErrorPayload)[] = [
  (payload) => without(payload, "example"),
  (payload) => ({
    ...without(payload, "got"),
    ...(payload.issues && { issues: payload.issues.map((issue) => without(issue, "got")) }),
  }),
  (payload) => without(payload, "issues"),
  (payload) => ({
    ...payload,
    ...(payload.expected !== undefined && { expected: cutText(payload.expected, SHORT) }),
    ...(payload.hint !== undefined && { hint: cutText(payload.hint, SHORT) }),
  }),
  (payload) => without(payload, "hint"),
  (payload) => without(payload, "expected", "param"),
];

function without<From extends object, Name extends keyof From>(from: From, ...names: Name[]): Omit<From, Name> {
  const rest = { ...from };
  for (const name of names) delete rest[name];
  return rest;
}

/** A payload that any host may show: within its size, with texts on one line and no long echo of what the caller sent. */
export function fitPayload(payload: ErrorPayload): ErrorPayload {
  let fitted = cleaned(payload);
  for (const reduce of reductions) {
    if (payloadBytes(fitted) <= MAX_PAYLOAD_BYTES) break;
    fitted = reduce(fitted);
  }
  return fitted;
}

/** In the order in which an agent should read it. */
function cleaned(payload: ErrorPayload): ErrorPayload {
  const { code, retry, effect, issues, example, hint, retry_after_ms: after, confirm_repeat: token } = payload;
  const issue = cleanIssue(payload);
  const further = issues?.slice(0, MAX_ISSUES).map((one) => ({ ...one, ...cleanIssue(one) }));
  return {
    code: id(code),
    retry,
    effect,
    ...issue,
    ...(further !== undefined && further.length > 0 && { issues: further }),
    ...(example !== undefined && mayBeShown(example) && { example }),
    ...(hint !== undefined && { hint: plainText(hint, MAX_HINT) }),
    ...(typeof after === "number" && Number.isFinite(after) && { retry_after_ms: Math.max(0, Math.round(after)) }),
    ...(payload.original_call_id !== undefined && { original_call_id: id(payload.original_call_id) }),
    ...(payload.operation_id !== undefined && { operation_id: id(payload.operation_id) }),
    // A token that is cut is no token.
    ...(token !== undefined && Buffer.byteLength(token) <= MAX_TOKEN_BYTES && { confirm_repeat: token }),
    call_id: id(payload.call_id),
  };
}

function cleanIssue({ param, expected, got }: Partial<PayloadIssue>): Partial<PayloadIssue> {
  return {
    ...(param !== undefined && { param: plainText(pointerOf(segmentsOf(param)), MAX_EXPECTED) }),
    ...(expected !== undefined && { expected: cutText(oneLine(expected), MAX_EXPECTED) }),
    ...(got !== undefined && { got: plainText(got, MAX_ECHO) }),
  };
}

const id = (text: string): string => cutBytes(plainText(text, MAX_ID_BYTES), MAX_ID_BYTES);

/** Of JSON, short, and without a text or name that is longer than an echo may be. */
export function mayBeShown(example: unknown): boolean {
  try {
    const json = JSON.stringify(example, (name, value: unknown) => {
      if (name.length > MAX_ECHO || (typeof value === "string" && value.length > MAX_ECHO))
        throw new RangeError("too long to be echoed");
      return value;
    });
    return json !== undefined && Buffer.byteLength(json) <= MAX_EXAMPLE_BYTES;
  } catch {
    return false;
  }
}
