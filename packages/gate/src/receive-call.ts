import { classifyRetry, type CallRecord, type RetryVerdict, type SessionSource } from "@tachograph/record";
import { fingerprintArguments, hashFields } from "@tachograph/record/fingerprint";
import type { CallTexts } from "./call-texts.ts";
import type { DeliveryInputs } from "./delivery-inputs.ts";
import { isObject } from "./is-object.ts";
import type { Principal } from "./options.ts";
import {
  credentialsOf,
  deriveSession,
  envelopeOf,
  headerOf,
  metaOf,
  principalOf,
  toolUseIdOf,
  type Meta,
} from "./request-context.ts";
import { startCallSpan, type CallSpan } from "./span.ts";

const MAX_TOOL_NAME = 256;
const MAX_KEY = 255;

/** A call as it came in. */
export interface Received {
  call: CallRecord;
  span: CallSpan;
  /** The tool's name as received; null where the request has none. */
  name: string | null;
  /** The host's id of the call as received. */
  toolUseId: string | null;
  /** Who issued the caller's identity, where the auth info says so. */
  issuer: string | null;
  params: Readonly<Record<string, unknown>>;
  meta: Meta;
  /** As received: neither redacted nor cut. */
  arguments: unknown;
  /** Redacted; null where none are kept. */
  argumentsJson: string | null;
  principal: Principal | null;
  scopes: readonly string[];
  /** Whether it carries what an earlier answer asked for. */
  continues: boolean;
  idempotencyKey: string | null;
  /** Key of what is remembered about its session: nobody reads another's by naming it. */
  memoryKey: string | null;
}

/** Reads all that a request says about itself, and makes the row that it will become. */
export function receiveCall(id: string, inputs: DeliveryInputs, texts: CallTexts): Received {
  const { recorder, options, server, contracts, connection, message, extra } = inputs;
  const params = isObject(message.params) ? message.params : {};
  const meta = metaOf(params);
  const envelope = envelopeOf(meta);
  const startedAt = Date.now();
  const authInfo = extra?.authInfo;
  texts.learn(credentialsOf(extra), authInfo?.token);
  const name = typeof params["name"] === "string" ? params["name"] : null;
  // A tool that there is has a name that is no secret, whatever a header of the same text says.
  const offered = name !== null && contracts.offers(name) === true;
  const tool = name === null ? null : offered ? name.slice(0, MAX_TOOL_NAME) : texts.clean(name, MAX_TOOL_NAME);
  const principal = verifiedPrincipal(inputs);
  const session = sessionOf(inputs, meta, texts);
  const { sessionId } = session;
  const args = params["arguments"];
  const captured = texts.capture(args, keepsPayloads(inputs, name));
  const fingerprint = fingerprintArguments(args, recorder.fingerprintKey);
  const facts = contracts.factsOf(name);
  const toolUseId = toolUseIdOf(meta, options);
  const key = meta["tachograph/idempotencyKey"];
  // Longer ones are refused, and must not be remembered.
  const idempotencyKey = typeof key === "string" && key.length <= MAX_KEY ? key : null;
  const memoryKey = sessionId === null ? null : `${principal?.id ?? ""}\0${sessionId}`;
  const continues = "inputResponses" in params || "requestState" in params;
  const retry: RetryVerdict = classifyRetry(
    {
      startedAt,
      toolUseId,
      idempotencyKey,
      fingerprint,
      fieldHashes: () => hashFields(args, recorder.fingerprintKey),
      continues,
      mutability: facts.mutability,
    },
    memoryKey === null || tool === null ? [] : recorder.memory.past(memoryKey, tool),
  );
  const span = startCallSpan(tool, meta, startedAt);
  const scopes = textsIn(authInfo?.scopes);
  const call: CallRecord = {
    id,
    project: recorder.project,
    sessionId,
    sessionSource: session.sessionSource,
    seq: recorder.memory.nextSeq(sessionId ?? ""),
    toolUseId: texts.nameOrNull(toolUseId, 256),
    rpcId: typeof message.id === "number" ? String(message.id) : texts.cleanOrNull(JSON.stringify(message.id), 128),
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    instanceId: recorder.instanceId,
    serverName: server.name,
    serverVersion: server.version,
    tool,
    toolDefHash: null,
    transport: connection.transport,
    protocolVersion:
      texts.cleanOrNull(envelope.protocolVersion ?? headerOf(extra, "mcp-protocol-version"), 64) ??
      connection.protocolVersion,
    clientName: texts.nameOrNull(envelope.clientName, 128) ?? connection.clientName,
    clientVersion: texts.nameOrNull(envelope.clientVersion, 64) ?? connection.clientVersion,
    principal: texts.identityOrNull(principal?.id, 256),
    principalType: principal?.type ?? null,
    authMethod: authInfo === undefined ? null : "bearer",
    scopes: scopes?.slice(0, 100).map((scope) => texts.identity(scope, 128)) ?? null,
    onBehalfOf: texts.identityOrNull(principal?.onBehalfOf, 256),
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
    redactions: texts.redactions,
    truncated: texts.truncated,
  };
  return {
    call,
    span,
    name,
    toolUseId,
    issuer: typeof authInfo?.extra?.["iss"] === "string" ? authInfo.extra["iss"] : null,
    params,
    meta,
    arguments: args,
    argumentsJson: captured.json,
    principal,
    scopes: scopes ?? [],
    continues,
    idempotencyKey,
    memoryKey,
  };
}

function sessionOf(
  { recorder, options, connection, extra }: DeliveryInputs,
  meta: Meta,
  texts: CallTexts,
): { sessionId: string | null; sessionSource: SessionSource } {
  const { sessionId, sessionSource } = deriveSession({
    meta,
    extra,
    transport: connection.transport,
    transportSessionId: connection.transportSessionId,
    // A pipe has one process at its end; in-memory connections are told apart only by themselves.
    ownSessionId: connection.transport === "stdio" ? recorder.processSessionId : connection.connectionId,
    options,
  });
  return { sessionId: texts.nameOrNull(sessionId, 256), sessionSource };
}

/** A claim that is missing, or of another type than the author expects, must not cost the row. */
function verifiedPrincipal({ options, recorder, extra }: DeliveryInputs): Principal | null {
  try {
    return principalOf(extra?.authInfo, options);
  } catch (cause) {
    recorder.report({ code: "gate_fault", message: "options.principal threw: a call has no principal", cause });
    return null;
  }
}

const textsIn = (scopes: unknown): string[] | null =>
  Array.isArray(scopes) ? (scopes as unknown[]).filter((scope) => typeof scope === "string") : null;

/** Whether arguments and results of this tool are kept, once redacted. */
export function keepsPayloads({ options }: DeliveryInputs, tool: string | null): boolean {
  const tools = options.tools ?? {};
  const own = tool !== null && Object.hasOwn(tools, tool) ? tools[tool]?.capture : undefined;
  return (own ?? options.defaults?.capture) !== "none";
}
