import { sampleCall } from "@tachograph/record/testing";
import {
  effects,
  mutabilities,
  newId,
  outcomes,
  phases,
  retryClasses,
  retryKinds,
  type CallRecord,
  type RecordedCall,
} from "@tachograph/record";

export const recorded = (call: CallRecord): RecordedCall => ({
  call,
  payload: { arguments: `{"id":"${call.id}"}`, result: '{"content":[{"type":"text","text":"done"}]}' },
});

/** A UUIDv7 of an instant, so that rows can be placed in time. */
export function idAt(timeMs: number): string {
  const hex = Math.floor(timeMs).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
}

/** A small generator with a seed (mulberry32): the same numbers in each run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Rows of every outcome and kind, spread over `[from, to)`, the more frequent ones more often. */
export function sampleCalls(options: { seed: number; count: number; from: number; to: number }): CallRecord[] {
  const { seed, count, from, to } = options;
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const often = <Item>(usual: Item, others: readonly Item[]): Item => (random() < 0.6 ? usual : pick(others));
  return Array.from({ length: count }, (_, index) => {
    const at = from + Math.floor(random() * (to - from));
    const tool = often("get_order", ["refund_order", "create_ticket", "50%_off", "back\\slash", null]);
    return sampleCall({
      id: idAt(at),
      startedAt: at,
      seq: index + 1,
      sessionId: random() < 0.05 ? null : `session-${Math.floor(random() * 40)}`,
      serverName: tool === "create_ticket" ? "tickets" : "orders",
      tool,
      principal: often("ann@example.com", ["bob@example.com", "ci", null]),
      clientName: often("claude-code", ["vscode", "opencode", null]),
      outcome: often("ok", outcomes),
      effect: often("none", effects),
      mutability: pick(mutabilities),
      phase: pick(phases),
      retryClass: pick(retryClasses),
      retryKind: often("first", retryKinds),
      rule: often(null, ["small_refund", "scopes"]),
      wouldDeny: often(null, [["small_refund"], ["late", "small_refund"], ["late"]]),
      operationId: often(null, ["op-1", "op-2", "op-3"]),
      errorCode: often(null, ["upstream_503", "date_format"]),
      errorMessage: often(null, ["Order 17 NOT found", "100% wrong"]),
      durationUs: Math.floor(random() * 1_000_000),
    });
  });
}
