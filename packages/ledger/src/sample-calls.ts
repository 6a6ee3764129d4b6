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

/** A believable row for tests, with the fields given. */
export function sampleCall(fields: Partial<CallRecord> = {}): CallRecord {
  return {
    id: newId(),
    project: "default",
    sessionId: "session-1",
    sessionSource: "meta",
    seq: 1,
    toolUseId: "toolu_1",
    rpcId: "1",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: null,
    instanceId: "01932c07-1111-7000-8000-000000000001",
    serverName: "orders",
    serverVersion: "1.0.0",
    tool: "get_order",
    toolDefHash: "ab".repeat(32),
    transport: "http",
    protocolVersion: "2026-07-28",
    clientName: "claude-code",
    clientVersion: "2.1.330",
    principal: "ann@example.com",
    principalType: "user",
    authMethod: "bearer",
    scopes: ["orders:read"],
    onBehalfOf: null,
    mutability: "read",
    mutabilitySource: "annotation",
    outcome: "ok",
    effect: "none",
    phase: "answered",
    rule: null,
    policyHash: null,
    reason: null,
    errorCode: null,
    errorMessage: null,
    issues: null,
    retryClass: "none",
    retryAfterMs: null,
    retryKind: "first",
    attempt: 1,
    retryOf: null,
    operationId: null,
    keySource: null,
    originalCallId: null,
    fingerprint: "cd".repeat(32),
    startedAt: Date.now(),
    durationUs: 1_500,
    validateUs: 20,
    authorizeUs: 30,
    onceUs: null,
    executeUs: 1_300,
    argumentsBytes: 40,
    resultBytes: 300,
    redactions: 0,
    truncated: false,
    ...fields,
  };
}

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
      errorCode: often(null, ["upstream_503", "date_format"]),
      errorMessage: often(null, ["Order 17 NOT found", "100% wrong"]),
      durationUs: Math.floor(random() * 1_000_000),
    });
  });
}
