import {
  classifyRetry,
  verdictOf,
  type CallRecord,
  type Outcome,
  type PastDelivery,
  type Verdict,
} from "@tachograph/record";
import { fingerprintArguments, hashFields } from "@tachograph/record/fingerprint";
import { firstText, messageOf } from "./answer-text.ts";
import { captureJson, type CapturedJson } from "./capture-json.ts";
import type { DeliveryInputs } from "./delivery-inputs.ts";
import { classifyError } from "./errors/classify-error.ts";
import { failedFieldsOf, findIssues } from "./issues.ts";
import type { AuthInfo, Principal } from "./options.ts";
import { outcomeOf, type JsonRpcResponse } from "./outcome-of.ts";
import {
  credentialsOf,
  deriveSession,
  envelopeOf,
  headerOf,
  metaOf,
  principalOf,
  toolUseIdOf,
} from "./request-context.ts";
import { startCallSpan, type CallSpan } from "./span.ts";
import { isObject } from "./is-object.ts";

const MAX_TOOL_NAME = 256;
const MAX_MESSAGE = 1_000;
/** How long after its handling ended a call may still be answered. */
const UNANSWERED_MS = 2_000;
const microseconds = (fromMs: number, toMs: number): number => Math.max(0, Math.round((toMs - fromMs) * 1000));

/** One `tools/call` on its way through the gate. It becomes exactly one row and one span. */
export class Delivery {
  readonly call: CallRecord;
  readonly span: CallSpan;
  readonly rpcId: unknown;
  /** Asked to be given up; whether it is shows in what the SDK then does. */
  cancelRequested = false;
  /** Called once the row is written. */
  onRecorded: (() => void) | undefined;
  readonly #inputs: DeliveryInputs;
  readonly #secrets = new Set<string>();
  readonly #receivedAt: number;
  readonly #arguments: unknown;
  readonly #argumentsJson: string | null;
  readonly #idempotencyKey: string | null;
  readonly #remembered: PastDelivery;
  #begunAt: number | undefined;
  #returned: { result: unknown } | undefined;
  #threw: { error: unknown } | undefined;
  #signal: AbortSignal | undefined;
  #settledAt: number | undefined;
  #recorded = false;

  constructor(id: string, inputs: DeliveryInputs) {
    this.#receivedAt = performance.now();
    const { recorder, options, server, contracts, connection, message, extra } = inputs;
    this.#inputs = inputs;
    this.rpcId = message.id;
    const params = isObject(message.params) ? message.params : {};
    const meta = metaOf(params);
    const envelope = envelopeOf(meta);
    const startedAt = Date.now();
    const authInfo: AuthInfo | undefined = extra?.authInfo;
    const credentials = credentialsOf(extra);
    // What came with the request is a secret wherever the call, its answer or its error repeats it.
    if (credentials !== undefined) recorder.redactor.json(credentials, this.#secrets);
    const tool = typeof params["name"] === "string" ? this.#clean(params["name"], MAX_TOOL_NAME) : null;
    const principal = this.#principal(authInfo);
    const session = deriveSession({
      meta,
      extra,
      transport: connection.transport,
      transportSessionId: connection.transportSessionId,
      // A pipe has one process at its end; in-memory connections are told apart only by themselves.
      ownSessionId: connection.transport === "stdio" ? recorder.processSessionId : connection.connectionId,
      options,
    });
    const sessionId = session.sessionId === null ? null : this.#clean(session.sessionId, 256);
    const key = meta["tachograph/idempotencyKey"];
    this.#idempotencyKey = typeof key === "string" ? key : null;
    this.#arguments = params["arguments"];
    const captured = this.#capture(tool, this.#arguments);
    this.#argumentsJson = captured.json;
    const fingerprint = fingerprintArguments(this.#arguments, recorder.fingerprintKey);
    const facts = contracts.factsOf(tool);
    const toolUseId = toolUseIdOf(meta, options);
    const retry = classifyRetry(
      {
        startedAt,
        toolUseId,
        idempotencyKey: this.#idempotencyKey,
        fingerprint,
        fieldHashes: () => hashFields(this.#arguments, recorder.fingerprintKey),
        continues: "inputResponses" in params || "requestState" in params,
        mutability: facts.mutability,
      },
      sessionId === null || tool === null ? [] : recorder.memory.past(sessionId, tool),
    );
    this.span = startCallSpan(tool, meta, startedAt);
    this.call = {
      id,
      project: recorder.project,
      sessionId,
      sessionSource: session.sessionSource,
      seq: recorder.memory.nextSeq(sessionId ?? ""),
      toolUseId: toolUseId === null ? null : this.#clean(toolUseId, 256),
      rpcId: typeof message.id === "number" ? String(message.id) : this.#cleanOrNull(JSON.stringify(message.id), 128),
      traceId: this.span.traceId,
      spanId: this.span.spanId,
      parentSpanId: this.span.parentSpanId,
      instanceId: recorder.instanceId,
      serverName: server.name,
      serverVersion: server.version,
      tool,
      toolDefHash: null,
      transport: connection.transport,
      protocolVersion:
        this.#cleanOrNull(envelope.protocolVersion ?? headerOf(extra, "mcp-protocol-version"), 64) ??
        connection.protocolVersion,
      clientName: this.#cleanOrNull(envelope.clientName, 128) ?? connection.clientName,
      clientVersion: this.#cleanOrNull(envelope.clientVersion, 64) ?? connection.clientVersion,
      principal: this.#cleanOrNull(principal?.id, 256),
      principalType: principal?.type ?? null,
      authMethod: authInfo === undefined ? null : "bearer",
      scopes: this.#scopes(authInfo?.scopes),
      onBehalfOf: this.#cleanOrNull(principal?.onBehalfOf, 256),
      mutability: facts.mutability,
      mutabilitySource: facts.mutabilitySource,
      outcome: "indeterminate",
      effect: "unknown",
      phase: "received",
      rule: null,
      policyHash: null,
      reason: null,
      wouldDeny: null,
      errorCode: null,
      errorMessage: null,
      issues: null,
      retryClass: "verify",
      retryAfterMs: null,
      ...retry,
      operationId: null,
      keySource: null,
      originalCallId: null,
      fingerprint,
      startedAt,
      durationUs: 0,
      validateUs: null,
      authorizeUs: null,
      onceUs: null,
      executeUs: null,
      argumentsBytes: captured.bytes,
      resultBytes: null,
      redactions: captured.redactions,
      truncated: captured.truncated,
    };
    // What acts must be known before it acts; a read that is answered at once needs no second frame.
    if (facts.mutability === "read") recorder.beginSoon(this.call);
    else recorder.begin(this.call, { arguments: this.#argumentsJson, result: null });
    this.#remembered = {
      id,
      startedAt,
      toolUseId,
      idempotencyKey: this.#idempotencyKey,
      fingerprint,
      fieldHashes: {},
      failedFields: [],
      outcome: undefined,
      retryClass: undefined,
      attempt: retry.attempt,
    };
    if (sessionId !== null && tool !== null) recorder.memory.remember(sessionId, tool, this.#remembered);
  }

  /** The tool's handler is entered; `signal` fires when the SDK gives the call up. */
  handlerStarted(signal: AbortSignal | undefined): void {
    if (this.#begunAt === undefined) {
      this.#begunAt = performance.now();
      this.call.validateUs = microseconds(this.#receivedAt, this.#begunAt);
      this.call.phase = "executed";
    }
    this.#signal = signal ?? this.#signal;
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
      setTimeout(() => this.#unanswered(), UNANSWERED_MS).unref();
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
    this.#record("cancelled", verdictOf("cancelled", this.#mutability(), begun), {
      reason,
      keepOpen: begun && this.#settledAt === undefined,
    });
  }

  /** A message that names `tools/call` and is no request: it gets no answer. */
  refusedUnanswered(reason: string): void {
    this.#record("malformed", verdictOf("malformed", this.#mutability(), false), { reason });
  }

  /** Refused before it reached a transport. */
  refused(outcome: Outcome, why: { reason: string; errorCode: string; retryAfterMs: number | null }): void {
    this.call.errorCode = this.#clean(why.errorCode, 64);
    this.call.retryAfterMs = why.retryAfterMs;
    this.#record(outcome, verdictOf(outcome, this.#mutability(), false), { reason: why.reason });
  }

  /**
   * The answer is about to leave: the row is in the journal before it does. Where a promise comes back, the answer must
   * wait for it.
   */
  answered(response: JsonRpcResponse): Promise<void> | undefined {
    if (this.#recorded) return undefined;
    const observed = {
      begun: this.#begunAt !== undefined,
      returned: this.#returned,
      threw: this.#threw,
      offered: this.call.tool === null ? undefined : this.#inputs.contracts.offers(this.call.tool),
    };
    const payload = response.error === undefined ? response.result : response.error;
    const captured = this.#capture(this.call.tool, payload);
    let outcome = outcomeOf(observed, response);
    // What cannot be written as JSON never reaches a client behind a pipe or a socket.
    if (captured.unwritable && this.call.transport !== "memory") outcome = "invalid_output";
    const { call } = this;
    call.resultBytes = captured.bytes;
    call.redactions += captured.redactions;
    call.truncated ||= captured.truncated;
    if (observed.begun || outcome === "ok") call.phase = "answered";
    let verdict = verdictOf(outcome, this.#mutability(), observed.begun);
    if (outcome === "tool_error" && observed.threw !== undefined) {
      const { code, retryAfterMs, effect, retryClass } = classifyError(observed.threw.error, this.#mutability());
      verdict = { effect, retryClass };
      call.errorCode = this.#clean(code, 64);
      call.retryAfterMs = retryAfterMs;
    } else if (response.error !== undefined) call.errorCode = `mcp:${String(response.error.code)}`;
    const message =
      outcome === "ok"
        ? null
        : (messageOf(this.#threw?.error) ?? firstText(response.result) ?? messageOf(response.error));
    // Without its secrets a message is still a text of the tool's.
    if (message !== null && this.#keeps(call.tool)) call.errorMessage = this.#clean(message, MAX_MESSAGE);
    const statusCode = typeof response.error?.code === "number" ? response.error.code : null;
    const record = (): void => this.#record(outcome, verdict, { statusCode, resultJson: captured.json });
    const schema =
      outcome === "invalid_input" && call.tool !== null ? this.#inputs.contracts.inputSchemaOf(call.tool) : undefined;
    if (schema !== undefined) {
      return findIssues(schema, this.#arguments).then((issues) => {
        call.issues = issues?.map(({ path, code }) => ({ path: this.#clean(path, 256), code })) ?? null;
        record();
      });
    }
    record();
    return undefined;
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
    more: { reason?: string; statusCode?: number | null; resultJson?: string | null; keepOpen?: boolean } = {},
  ): void {
    if (this.#recorded) return;
    this.#recorded = true;
    this.onRecorded?.();
    const { call, span } = this;
    const { recorder, contracts } = this.#inputs;
    const { contract, mutability, mutabilitySource } = contracts.factsOf(call.tool);
    call.outcome = outcome;
    call.effect = verdict.effect;
    call.retryClass = verdict.retryClass;
    call.mutability = mutability;
    call.mutabilitySource = mutabilitySource;
    call.toolDefHash = contract?.hash ?? null;
    call.reason = more.reason ?? null;
    call.durationUs = microseconds(this.#receivedAt, performance.now());
    if (contract !== null) recorder.define(call, contract);
    recorder.record(call, { arguments: this.#argumentsJson, result: more.resultJson ?? null });
    span.settle(call, more.statusCode ?? null, more.keepOpen ?? false);
    this.#remember();
  }

  #remember(): void {
    const { outcome, retryClass, issues } = this.call;
    const failed = outcome !== "ok" && outcome !== "duplicate_replayed";
    Object.assign(this.#remembered, {
      fieldHashes: failed ? hashFields(this.#arguments, this.#inputs.recorder.fingerprintKey) : {},
      failedFields: failedFieldsOf(issues),
      outcome,
      retryClass,
    });
  }

  /** An annotation may have become known since the call came in. */
  #mutability(): CallRecord["mutability"] {
    return this.#inputs.contracts.factsOf(this.call.tool).mutability;
  }

  #capture(tool: string | null, value: unknown): CapturedJson {
    const { recorder, options } = this.#inputs;
    return captureJson(value, {
      redactor: recorder.redactor,
      secrets: this.#secrets,
      limits: options.captureLimits,
      keep: this.#keeps(tool),
    });
  }

  #keeps(tool: string | null): boolean {
    const tools = this.#inputs.options.tools ?? {};
    return tool === null || !Object.hasOwn(tools, tool) || tools[tool]?.capture !== "none";
  }

  /** A claim that is missing, or of another type than the author expects, must not cost the row. */
  #principal(authInfo: AuthInfo | undefined): Principal | null {
    const { options, recorder } = this.#inputs;
    try {
      return principalOf(authInfo, options);
    } catch (cause) {
      recorder.report({ code: "gate_fault", message: "options.principal threw: a call has no principal", cause });
      return null;
    }
  }

  #scopes(scopes: unknown): string[] | null {
    if (!Array.isArray(scopes)) return null;
    const texts = (scopes as unknown[]).filter((scope) => typeof scope === "string");
    return texts.slice(0, 100).map((scope) => this.#clean(scope, 128));
  }

  #clean(text: string, maxLength: number): string {
    const clean = this.#inputs.recorder.redactor.text(text, this.#secrets, maxLength);
    // The first texts are cleaned before there is a row to count in.
    if (this.call !== undefined) {
      this.call.redactions += clean.redactions;
      this.call.truncated ||= clean.truncated;
    }
    return clean.text;
  }

  #cleanOrNull(text: string | null | undefined, maxLength: number): string | null {
    return text === null || text === undefined ? null : this.#clean(text, maxLength);
  }
}
