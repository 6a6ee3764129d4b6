import {
  classifyRetry,
  verdictOf,
  type CallRecord,
  type KeySource,
  type Outcome,
  type PastDelivery,
  type Verdict,
} from "@tachograph/record";
import { hashFields } from "@tachograph/record/fingerprint";
import { faultIn, messageOf } from "./answer-text.ts";
import type { CallContext } from "./call-context.ts";
import { CallTexts } from "./call-texts.ts";
import type { CapturedJson } from "./capture-json.ts";
import type { ConnectionFacts, DeliveryInputs } from "./delivery-inputs.ts";
import { isObject } from "./is-object.ts";
import { failedFieldsOf, findIssues } from "./issues.ts";
import { judgeAnswer, type Judged, type Ruling } from "./judge-answer.ts";
import type { JsonRpcResponse, Observed } from "./outcome-of.ts";
import { countCall } from "./metrics.ts";
import { keepsPayloads, receiveCall, type Received } from "./receive-call.ts";
import type { Answered } from "./span-attributes.ts";
import type { CallSpan } from "./span.ts";

const MAX_MESSAGE = 1_000;
const MAX_CODE = 64;
/** How long after its handling ended a call may still be answered. */
const UNANSWERED_MS = 2_000;
const microseconds = (fromMs: number, toMs: number): number => Math.max(0, Math.round((toMs - fromMs) * 1000));

interface Concluded extends Pick<Judged, "outcome" | "verdict"> {
  resultJson: string | null;
}

/** One `tools/call` on its way through the gate. It becomes exactly one row and one span. */
export class Delivery {
  readonly call: CallRecord;
  readonly span: CallSpan;
  readonly rpcId: unknown;
  readonly received: Received;
  readonly texts: CallTexts;
  /** Whether the journal took the call before it could act. */
  readonly journaled: boolean;
  /** Asked to be given up; whether it is shows in what the SDK then does. */
  cancelRequested = false;
  /** How often it entered the pipeline, and whether it is in it: an SDK may handle one call in several legs. */
  legs = 0;
  inPipeline = false;
  /** Called once the row is written. */
  onRecorded: (() => void) | undefined;
  readonly #inputs: DeliveryInputs;
  readonly #receivedAt: number;
  readonly #remembered: PastDelivery;
  #aborting: AbortController | undefined;
  #operation: Pick<CallContext, "idempotencyKey" | "attempt" | "transaction"> = {
    idempotencyKey: null,
    attempt: 1,
    transaction: undefined,
  };
  #begunAt: number | undefined;
  #returned: { result: unknown } | undefined;
  #threw: { error: unknown } | undefined;
  #signal: AbortSignal | undefined;
  #settledAt: number | undefined;
  #ruling: Ruling | undefined;
  #concluded: Concluded | undefined;
  #recorded = false;

  constructor(id: string, inputs: DeliveryInputs) {
    this.#receivedAt = performance.now();
    const { recorder, options, message } = inputs;
    this.#inputs = inputs;
    this.rpcId = message.id;
    this.texts = new CallTexts(recorder.redactor, options.captureLimits);
    this.received = receiveCall(id, inputs, this.texts);
    const { call, argumentsJson, memoryKey } = this.received;
    this.call = call;
    this.span = this.received.span;
    // What acts must be known before it acts; a read that is answered at once needs no second frame.
    this.journaled =
      call.mutability === "read"
        ? recorder.beginSoon(call)
        : recorder.begin(call, { arguments: argumentsJson, result: null });
    this.#remembered = {
      id,
      startedAt: call.startedAt,
      toolUseId: call.toolUseId,
      idempotencyKey: this.received.idempotencyKey,
      fingerprint: call.fingerprint,
      fieldHashes: {},
      failedFields: [],
      outcome: undefined,
      retryClass: undefined,
      attempt: call.attempt,
    };
    if (memoryKey !== null && call.tool !== null) recorder.memory.remember(memoryKey, call.tool, this.#remembered);
  }

  /** What its handler may know. */
  get context(): CallContext {
    const aborting = (this.#aborting ??= new AbortController());
    return {
      callId: this.call.id,
      principal: this.received.principal,
      signal: this.#signal === undefined ? aborting.signal : AbortSignal.any([this.#signal, aborting.signal]),
      ...this.#operation,
    };
  }

  /** A fault of the gate's own while it looked at this call. */
  report(cause: unknown): void {
    this.#inputs.recorder.report({
      code: "gate_fault",
      message: "the gate failed to record a call; the call itself goes on",
      cause,
    });
  }

  /** How it came in. */
  get connection(): ConnectionFacts {
    return this.#inputs.connection;
  }

  /** What was seen of its execution so far. */
  get observed(): Observed {
    return {
      begun: this.#begunAt !== undefined,
      returned: this.#returned,
      threw: this.#threw,
      offered: this.received.name === null ? undefined : this.#inputs.contracts.offers(this.received.name),
    };
  }

  /** Whether nobody waits for its answer any more. */
  get isOver(): boolean {
    return this.#recorded || this.#signal?.aborted === true;
  }

  /** The signal by which the SDK gives the call up. */
  watch(signal: AbortSignal | undefined): void {
    this.#signal = signal ?? this.#signal;
  }

  /** Tells its handler to stop. */
  abort(reason: unknown): void {
    (this.#aborting ??= new AbortController()).abort(reason);
  }

  /** It belongs to an operation of `once`. */
  belongsTo(
    operation: { operationId: string; keySource: KeySource | null },
    attempt: number,
    transaction?: unknown,
  ): void {
    this.call.operationId = operation.operationId;
    this.call.keySource = operation.keySource;
    this.#operation = { idempotencyKey: operation.operationId, attempt, transaction };
  }

  /** Classified again, now that its key is known: what came under the same key before is no other call. */
  classifyByKey(key: string): void {
    const { recorder } = this.#inputs;
    const { memoryKey, arguments: args, continues } = this.received;
    const { tool, id } = this.call;
    this.#remembered.idempotencyKey = key;
    if (memoryKey === null || tool === null) return;
    const past = recorder.memory.past(memoryKey, tool).filter((earlier) => earlier.id !== id);
    Object.assign(
      this.call,
      classifyRetry(
        {
          ...this.#remembered,
          idempotencyKey: key,
          fieldHashes: () => hashFields(args, recorder.fingerprintKey),
          continues,
          mutability: this.call.mutability,
        },
        past,
      ),
    );
    this.#remembered.attempt = this.call.attempt;
  }

  /** The tool's handler is entered; `signal` fires when the SDK gives the call up. */
  handlerStarted(signal: AbortSignal | undefined): void {
    if (this.#begunAt === undefined) {
      this.#begunAt = performance.now();
      this.call.validateUs ??= microseconds(this.#receivedAt, this.#begunAt);
      this.call.phase = "executed";
    }
    this.watch(signal);
    this.#settledAt = undefined;
    if (this.cancelRequested) this.settleIfCancelled();
  }

  handlerReturned(result: unknown): void {
    this.#returned = { result };
    this.#threw = undefined;
    this.#handlerSettled("returned");
  }

  handlerThrew(error: unknown): void {
    this.#threw = { error };
    this.#returned = undefined;
    this.#handlerSettled("threw");
  }

  /** The SDK's own request handler has ended: its answer follows at once, unless the call was given up. */
  dispatchSettled(): void {
    if (this.#recorded) return;
    if (this.cancelRequested && this.#begunAt === undefined)
      this.givenUp("cancelled by the client before it was executed");
    // v2 cannot answer for a low-level handler that throws what is no error.
    else if (this.#threw !== undefined && !isObject(this.#threw.error))
      setTimeout(() => {
        try {
          this.#unanswered();
        } catch (cause) {
          this.report(cause);
        }
      }, UNANSWERED_MS).unref();
  }

  /** The SDK could not make an answer of what the handler gave it. */
  #unanswered(): void {
    if (this.#recorded) return;
    this.#record("tool_error", verdictOf("tool_error", this.#mutability(), true), { reason: "the SDK sent no answer" });
  }

  /** Records the call as cancelled where the SDK has indeed given it up, and says whether it has. */
  settleIfCancelled(): void {
    if (this.#signal?.aborted) this.givenUp("cancelled by the client");
  }

  /** Nobody waits for the answer any more: a cancelled notification that took effect, or a closed connection. */
  givenUp(reason: string): void {
    const begun = this.#begunAt !== undefined;
    this.abort(new Error(reason));
    this.#record("cancelled", verdictOf("cancelled", this.#mutability(), begun), { reason });
  }

  /** A message that names `tools/call` and is no request: it gets no answer. */
  refusedUnanswered(reason: string): void {
    this.#record("malformed", verdictOf("malformed", this.#mutability(), false), { reason });
  }

  /** Refused before it reached a transport. */
  refused(outcome: Outcome, why: { reason: string; errorCode: string; retryAfterMs: number | null }): void {
    this.call.errorCode = this.texts.clean(why.errorCode, 64);
    this.call.retryAfterMs = why.retryAfterMs;
    this.#record(outcome, verdictOf(outcome, this.#mutability(), false), { reason: why.reason });
  }

  /** The gate itself says how the call ended; the last word counts, and a call that is recorded stays as it is. */
  decide(ruling: Ruling): void {
    if (this.#recorded) return;
    this.#ruling = ruling;
    this.#concluded = undefined;
    const { call } = this;
    call.rule = ruling.rule ?? call.rule;
    call.errorCode = ruling.errorCode?.slice(0, MAX_CODE) ?? call.errorCode;
    call.retryAfterMs = ruling.retryAfterMs ?? null;
    call.originalCallId = ruling.originalCallId ?? call.originalCallId;
    if (ruling.reason !== undefined) call.reason = ruling.reason.slice(0, MAX_MESSAGE);
    if (ruling.issues !== undefined)
      call.issues = ruling.issues.map(({ path, code }) => ({ path: this.texts.clean(path, 256), code }));
  }

  /** Fills the row in as far as the answer decides it; what is then sent may still be another answer. */
  conclude(response: JsonRpcResponse): void {
    if (this.#recorded) return;
    const { call, observed } = this;
    const payload = response.error === undefined ? response.result : response.error;
    const captured = this.texts.capture(payload, this.#keeps());
    const { outcome, verdict } = this.#judge(response, observed, captured);
    call.resultBytes = captured.bytes;
    if (observed.begun || outcome === "ok") call.phase = "answered";
    if (this.#ruling === undefined && response.error !== undefined && call.errorCode === null)
      call.errorCode = `mcp:${String(response.error.code)}`;
    const message = outcome === "ok" ? null : (messageOf(this.#threw?.error) ?? faultIn(response));
    // Without its secrets a message is still a text of the tool's.
    if (message !== null && this.#keeps()) call.errorMessage = this.texts.clean(message, MAX_MESSAGE);
    call.outcome = outcome;
    call.effect = verdict.effect;
    call.retryClass = verdict.retryClass;
    call.durationUs = microseconds(this.#receivedAt, performance.now());
    call.redactions = this.texts.redactions;
    call.truncated = this.texts.truncated;
    this.#concluded = { outcome, verdict, resultJson: captured.json };
  }

  /**
   * The answer is about to leave: the row is in the journal before it does. Where a promise comes back, the answer must
   * wait for it.
   */
  answered(response: JsonRpcResponse): Promise<void> | undefined {
    if (this.#recorded) return undefined;
    // What the SDK made an error of is not the answer that was concluded.
    if (this.#concluded === undefined || response.error !== undefined) this.conclude(response);
    const { call } = this;
    const { outcome, verdict, resultJson } = this.#concluded as Concluded;
    const statusCode = typeof response.error?.code === "number" ? response.error.code : null;
    const isError = isObject(response.result) ? response.result["isError"] === true : null;
    const record = (): void => this.#record(outcome, verdict, { statusCode, isError, resultJson });
    const schema =
      outcome === "invalid_input" && call.issues === null && this.received.name !== null
        ? this.#inputs.contracts.registeredTool(this.received.name)?.inputSchema
        : undefined;
    if (schema !== undefined) {
      return findIssues(schema, this.received.arguments).then((issues) => {
        call.issues = issues?.map(({ path, code }) => ({ path: this.texts.clean(path, 256), code })) ?? null;
        record();
      });
    }
    record();
    return undefined;
  }

  #judge(response: JsonRpcResponse, observed: Observed, captured: CapturedJson): Judged {
    const { call } = this;
    const judged = judgeAnswer({
      response,
      observed,
      mutability: this.#mutability(),
      ruling: this.#ruling,
      // What cannot be written as JSON never reaches a client behind a pipe or a socket.
      isUnwritable: captured.unwritable && call.transport !== "memory",
    });
    if (judged.thrown !== undefined) {
      call.errorCode = this.texts.clean(judged.thrown.code, MAX_CODE);
      call.retryAfterMs = judged.thrown.retryAfterMs;
    }
    return judged;
  }

  #handlerSettled(how: "returned" | "threw"): void {
    const now = performance.now();
    this.#settledAt = now;
    if (this.#recorded) this.span.completeLate(how);
    else if (this.#begunAt !== undefined) this.call.executeUs = microseconds(this.#begunAt, now);
    if (this.cancelRequested && !this.#recorded) this.settleIfCancelled();
  }

  #record(
    outcome: Outcome,
    verdict: Verdict,
    more: { reason?: string; resultJson?: string | null } & Partial<Answered> = {},
  ): void {
    if (this.#recorded) return;
    this.#recorded = true;
    this.onRecorded?.();
    const { call, span } = this;
    const { recorder, contracts } = this.#inputs;
    const { contract, mutability, mutabilitySource } = contracts.factsOf(this.received.name);
    call.outcome = outcome;
    call.effect = verdict.effect;
    call.retryClass = verdict.retryClass;
    call.mutability = mutability;
    call.mutabilitySource = mutabilitySource;
    call.toolDefHash = contract?.hash ?? null;
    call.reason = more.reason ?? call.reason;
    call.durationUs = microseconds(this.#receivedAt, performance.now());
    call.redactions = this.texts.redactions;
    call.truncated = this.texts.truncated;
    if (contract !== null) recorder.define(call, contract);
    const payload = { arguments: this.received.argumentsJson, result: more.resultJson ?? null };
    recorder.record(call, payload);
    const { statusCode = null, isError = null } = more;
    const isRunning = this.#begunAt !== undefined && this.#settledAt === undefined;
    span.settle(call, { statusCode, isError, payload, isRunning, connection: this.connection });
    const { name } = this.received;
    const isOffered = name !== null && contracts.offers(name) === true;
    countCall({ call, statusCode, isError, isOffered, context: span.context });
    this.#remember();
  }

  #remember(): void {
    const { outcome, retryClass, issues } = this.call;
    const failed = outcome !== "ok" && outcome !== "duplicate_replayed";
    Object.assign(this.#remembered, {
      fieldHashes: failed ? hashFields(this.received.arguments, this.#inputs.recorder.fingerprintKey) : {},
      failedFields: failedFieldsOf(issues),
      outcome,
      retryClass,
    });
  }

  /** An annotation may have become known since the call came in. */
  #mutability(): CallRecord["mutability"] {
    return this.#inputs.contracts.factsOf(this.received.name).mutability;
  }

  #keeps(): boolean {
    return keepsPayloads(this.#inputs, this.received.name);
  }
}
