import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerName } from "../servers/server-fleet.ts";

/** One `tools/call` that left a client, counted on the wire: what the SDK repeats on its own is here too. */
export interface SentDelivery {
  /** Number of the session in the run, from 0. */
  session: number;
  server: ServerName;
  /** Null where the request named none. */
  tool: string | null;
  toolUseId: string | null;
  /** The arguments as JSON text; null for a message that is no JSON. */
  argumentsText: string | null;
}

/** The call that is on its way, so that a transport that several sessions use knows whose message it carries. */
export interface CallOnItsWay {
  session: number;
  server: ServerName;
  sent: SentDelivery[];
  /** Status of the last HTTP answer. */
  status: number | undefined;
}

export const callOnItsWay = new AsyncLocalStorage<CallOnItsWay>();

interface ToolCallMessage {
  method?: unknown;
  params?: { name?: unknown; arguments?: unknown; _meta?: Record<string, unknown> };
}

const toolUseIdKeys = ["claudecode/toolUseId", "toolCallId"];

/** Notes a message that is about to be sent, where it is a tool call. */
export function noteMessage(message: unknown): void {
  const call = callOnItsWay.getStore();
  const { method, params } = (message ?? {}) as ToolCallMessage;
  if (!call || method !== "tools/call") return;
  const toolUseId = toolUseIdKeys.map((key) => params?._meta?.[key]).find((id) => typeof id === "string");
  call.sent.push({
    session: call.session,
    server: call.server,
    tool: typeof params?.name === "string" ? params.name : null,
    toolUseId: typeof toolUseId === "string" ? toolUseId : null,
    argumentsText: JSON.stringify(params?.arguments ?? null),
  });
}

/** `fetch` that notes tool calls and the status of their answers. */
export const notingFetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
  const call = callOnItsWay.getStore();
  const body = typeof init?.body === "string" && init.body.includes('"tools/call"') ? init.body : undefined;
  if (body !== undefined) noteBody(body);
  const response = await fetch(url, init);
  if (call && body !== undefined) call.status = response.status;
  return response;
};

function noteBody(body: string): void {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    const call = callOnItsWay.getStore();
    call?.sent.push({ session: call.session, server: call.server, tool: null, toolUseId: null, argumentsText: null });
    return;
  }
  noteMessage(message);
}
