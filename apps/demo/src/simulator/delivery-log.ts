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
  /** The arguments as JSON text; null where there are none or the message is no JSON. */
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

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Notes a message that is about to be sent, where it is a tool call. */
export function noteMessage(message: unknown): void {
  if (!isObject(message) || message["method"] !== "tools/call") return;
  const params = isObject(message["params"]) ? message["params"] : {};
  const meta = isObject(params["_meta"]) ? params["_meta"] : {};
  note({
    tool: textOrNull(params["name"]),
    toolUseId: textOrNull(meta["claudecode/toolUseId"] ?? meta["toolCallId"]),
    argumentsText: JSON.stringify(params["arguments"]) ?? null,
  });
}

/** `fetch` that notes tool calls and the status of their answers. */
export const notingFetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
  const body = typeof init?.body === "string" && init.body.includes('"tools/call"') ? init.body : undefined;
  if (body !== undefined) noteBody(body);
  const response = await fetch(url, init);
  const call = callOnItsWay.getStore();
  if (call && body !== undefined) call.status = response.status;
  return response;
};

function noteBody(body: string): void {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    note({ tool: null, toolUseId: null, argumentsText: null });
    return;
  }
  noteMessage(message);
}

function note(delivery: Pick<SentDelivery, "tool" | "toolUseId" | "argumentsText">): void {
  const call = callOnItsWay.getStore();
  call?.sent.push({ session: call.session, server: call.server, ...delivery });
}
