import type { SessionSource, Transport } from "@tachograph/record";
import type { AuthInfo, GateOptions, Principal } from "./options.ts";
import { isObject } from "./is-object.ts";

/** What both SDKs hand over with a message; each fills its own half. */
export interface MessageExtra {
  authInfo?: AuthInfo;
  /** v1: headers as an object. */
  requestInfo?: { headers?: Record<string, string | string[] | undefined> };
  /** v2: the web request. */
  request?: { headers?: Headers };
}

export interface DerivedSession {
  sessionId: string | null;
  sessionSource: SessionSource;
}

const knownSessionKeys = [
  "vscode.conversationId",
  "threadId",
  "sessionId",
  "ai.opencode/sessionID",
  "antigravity.google/conversation_id",
  "openai/session",
  "claudecode/sessionId",
];
const knownToolUseIdKeys = ["claudecode/toolUseId", "toolUseId", "toolCallId"];
const MAX_ID_LENGTH = 256;

export type Meta = Readonly<Record<string, unknown>>;

/** `params._meta` of a request, empty where there is none. */
export function metaOf(params: unknown): Meta {
  const meta = isObject(params) ? params["_meta"] : undefined;
  return isObject(meta) ? meta : {};
}

const asId = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= MAX_ID_LENGTH ? value : null;

function idFrom(meta: Meta, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = Object.hasOwn(meta, key) ? meta[key] : undefined;
    const id = typeof value === "number" && Number.isFinite(value) ? String(value) : asId(value);
    if (id !== null) return id;
  }
  return null;
}

export function headerOf(extra: MessageExtra | undefined, name: string): string | null {
  const fromWeb = extra?.request?.headers?.get?.(name);
  if (typeof fromWeb === "string") return fromWeb;
  const value = extra?.requestInfo?.headers?.[name];
  return typeof value === "string" ? value : (value?.[0] ?? null);
}

function baggageSession(baggage: unknown): string | null {
  if (typeof baggage !== "string" || baggage.length > 8192) return null;
  for (const member of baggage.split(",")) {
    const [name, ...rest] = (member.split(";")[0] ?? "").split("=");
    if (name?.trim() !== "session.id") continue;
    try {
      return asId(decodeURIComponent(rest.join("=").trim()));
    } catch {
      return null;
    }
  }
  return null;
}

/** Read once: asking the environment costs more than all the rest of a session. */
let environment: { sessionId: string | null } | undefined;
const environmentSession = (): string | null =>
  (environment ??= { sessionId: asId(process.env["CLAUDE_CODE_SESSION_ID"]) }).sessionId;

export interface SessionInputs {
  meta: Meta;
  extra: MessageExtra | undefined;
  transport: Transport;
  /** `sessionId` of the transport, where it keeps one. */
  transportSessionId: string | undefined;
  /** Stands in where a pipe or an in-memory connection names no session. */
  ownSessionId: string;
  options: GateOptions;
}

/** The agent conversation a delivery belongs to, and how we know. Never fails, never an identity. */
export function deriveSession(inputs: SessionInputs): DerivedSession {
  const { meta, extra, transport, options } = inputs;
  const found = (sessionId: string | null, sessionSource: SessionSource): DerivedSession | null =>
    sessionId === null ? null : { sessionId, sessionSource };
  const onPipe = transport === "stdio";
  return (
    found(
      (options.sessionMetaKeys && idFrom(meta, options.sessionMetaKeys)) ?? idFrom(meta, knownSessionKeys),
      "meta",
    ) ??
    found(baggageSession(meta["baggage"]) ?? baggageSession(headerOf(extra, "baggage")), "baggage") ??
    found(onPipe ? environmentSession() : null, "environment") ??
    found(asId(inputs.transportSessionId) ?? asId(headerOf(extra, "mcp-session-id")), "mcp_session_id") ??
    found(onPipe || transport === "memory" ? inputs.ownSessionId : null, "process") ?? {
      sessionId: null,
      sessionSource: "none",
    }
  );
}

/** The host's own id of the call. */
export const toolUseIdOf = (meta: Meta, options: GateOptions): string | null =>
  (options.toolUseIdMetaKeys && idFrom(meta, options.toolUseIdMetaKeys)) ?? idFrom(meta, knownToolUseIdKeys);

const secretHeaders = ["authorization", "proxy-authorization", "x-api-key", "x-auth-token"];
/** A shorter cookie is a setting. */
const MIN_COOKIE_LENGTH = 8;

/** The credentials that came with a request, under names of secrets; undefined where there are none. */
export function credentialsOf(extra: MessageExtra | undefined): Record<string, unknown> | undefined {
  const token = extra?.authInfo?.token;
  if (extra?.requestInfo === undefined && extra?.request === undefined)
    return token === undefined ? undefined : { token };
  const headers = secretHeaders.map((name) => headerOf(extra, name)).filter((value) => value !== null);
  const passwords = headers.flatMap((value) => passwordIn(value) ?? []);
  const cookies = (headerOf(extra, "cookie") ?? "")
    .split(";")
    .map((cookie) => cookie.slice(cookie.indexOf("=") + 1).trim())
    .filter((value) => value.length >= MIN_COOKIE_LENGTH);
  return { token, authorization: headers, password: passwords, cookie: cookies.slice(0, 16) };
}

function passwordIn(authorization: string): string | undefined {
  const basic = /^basic\s+([\w+/=-]+)$/i.exec(authorization)?.[1];
  return basic === undefined ? undefined : /:(.*)$/s.exec(Buffer.from(basic, "base64").toString("utf8"))?.[1];
}

/** Who is answerable, where something verified says so. */
export function principalOf(authInfo: AuthInfo | undefined, options: GateOptions): Principal | null {
  if (authInfo === undefined) return null;
  if (options.principal) {
    const principal = options.principal(authInfo);
    if (typeof principal?.id !== "string") return null;
    const { id, type, onBehalfOf } = principal;
    return { id, type, ...(typeof onBehalfOf === "string" ? { onBehalfOf } : {}) };
  }
  const subject = authInfo.extra?.["sub"];
  if (typeof subject === "string" && subject !== "") return { id: subject, type: "user" };
  const { clientId } = authInfo as { clientId?: unknown };
  return typeof clientId === "string" && clientId !== "" ? { id: clientId, type: "client" } : null;
}

/** Client name and version that a request carries in itself (protocol 2026-07-28). */
export function envelopeOf(meta: Meta): { clientName?: string; clientVersion?: string; protocolVersion?: string } {
  const client = meta["io.modelcontextprotocol/clientInfo"];
  const version = meta["io.modelcontextprotocol/protocolVersion"];
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return {
    ...(isObject(client) ? { clientName: text(client["name"]), clientVersion: text(client["version"]) } : {}),
    protocolVersion: text(version),
  };
}
