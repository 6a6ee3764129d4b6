import type { Answer } from "./answer.ts";

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
  meta: Record<string, unknown>;
  timeoutMs: number;
  /** Called when the server reports progress; asking for it puts a progress token into the request. */
  onProgress?: () => void;
  /** Gives the call up when it aborts. */
  signal?: AbortSignal;
  /** Asks for a task instead of the result. */
  asTask?: boolean;
}

/** An SDK client that is connected to one server. */
export interface Connection {
  /** Resolves however the call ends. */
  call(call: ToolCall): Promise<Answer>;
  /** Sends a message as it is, past the client's own checks. The answer is not waited for. */
  sendRaw(message: Record<string, unknown>): Promise<void>;
  /** The server's process, where this connection started one. */
  readonly processId: number | null;
  /** The `Mcp-Session-Id`, where the server gave one. */
  readonly sessionId: string | undefined;
  close(): Promise<void>;
}

/** Where to connect to: a URL with what authenticates, or a program to start. */
export type Target =
  | { kind: "http"; url: URL; credentials: Credentials }
  | { kind: "stdio"; command: string; args: string[]; environment: Record<string, string> };

export interface Credentials {
  headers: Record<string, string>;
  /** The bearer token to send now. */
  token: () => string | undefined;
  /** Called after a 401 by clients that can get a new token and deliver again on their own. */
  refresh: () => void;
}

export interface ConnectOptions {
  target: Target;
  client: { name: string; version: string };
  /** What the person says when a server asks for an approval. */
  approve: () => boolean;
}

/** The environment that a host hands to stdio servers: the SDK's own choice and the recorder's settings. */
export const serverEnvironment = (
  chosen: Record<string, string>,
  ofHost: Record<string, string>,
): Record<string, string> => ({
  ...chosen,
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[0].startsWith("TACHOGRAPH_") && entry[1] !== undefined,
    ),
  ),
  ...ofHost,
});
