import type { CallRecord } from "@tachograph/record";

/**
 * The `tools/call` request of a call as JSON-RPC text. The arguments are put in as they are stored: numbers beyond what
 * JavaScript holds, repeated members and escapes stay as the agent wrote them.
 *
 * @param argumentsJson - Redacted JSON text; null where the call had none.
 */
export function rpcRequest({ tool, rpcId }: Pick<CallRecord, "tool" | "rpcId">, argumentsJson: string | null): string {
  const given = argumentsJson === null ? "" : `,"arguments":${argumentsJson}`;
  return `{"jsonrpc":"2.0","id":${rpcId ?? 1},"method":"tools/call","params":{"name":${JSON.stringify(tool)}${given}}}`;
}
