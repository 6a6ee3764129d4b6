import { newId, type RecordedCall } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";

const TOOLS = ["get_order", "list_orders", "search_docs", "refund_order", "create_ticket"];
const SESSIONS_AT_ONCE = 40;
const CALLS_A_SESSION = 25;

/** Rows as a busy server writes them: forty sessions at a time, of twenty-five calls each, one call in seven refused or failed. */
export function createRows(writer: number): (count: number) => RecordedCall[] {
  const instanceId = newId();
  const random = seeded(writer + 1);
  let written = 0;
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  const rowOf = (): RecordedCall => {
    const number = written++;
    const group = Math.floor(number / (SESSIONS_AT_ONCE * CALLS_A_SESSION));
    const kind = Math.floor(random() * TOOLS.length);
    const failed = random() < 0.15;
    const order = `A-${number}`;
    const call = sampleCall({
      sessionId: `01932c07-${writer}-${group}-${Math.floor(random() * SESSIONS_AT_ONCE)}`,
      seq: number + 1,
      toolUseId: `toolu_01${hex(22)}`,
      rpcId: String(number),
      traceId: hex(32),
      spanId: hex(16),
      instanceId,
      tool: TOOLS[kind] ?? null,
      mutability: kind >= 3 ? "mutating" : "read",
      principal: `user${Math.floor(random() * 50)}@example.com`,
      fingerprint: hex(64),
      durationUs: Math.floor(random() * 50_000),
      ...(failed && {
        outcome: (["denied", "tool_error", "invalid_input"] as const)[Math.floor(random() * 3)] ?? "denied",
        retryClass: "terminal",
        errorCode: "upstream_503",
        errorMessage: "The upstream answered 503 to the third attempt",
      }),
    });
    const result = { id: order, status: "shipped", lines: [{ sku: "S-17", quantity: 2, price: 1999 }], note: null };
    return {
      call,
      payload: {
        arguments: JSON.stringify({ order, quantity: number % 7, note: "please leave it with the neighbours" }),
        result: JSON.stringify({ content: [{ type: "text", text: JSON.stringify(result) }] }),
      },
    };
  };
  return (count) => Array.from({ length: count }, rowOf);
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
