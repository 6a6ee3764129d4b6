import {
  classifyRetry,
  newId,
  type Mutability,
  type Outcome,
  type PastDelivery,
  type RecordedCall,
} from "@tachograph/record";
import { callAt, type CallSpec } from "./call-at.ts";
import type { Random } from "./random.ts";

interface Tool {
  serverName: string;
  tool: string;
  mutability: Mutability;
}

const tools = {
  search: { serverName: "orders", tool: "search_orders", mutability: "read" },
  get: { serverName: "orders", tool: "get_order", mutability: "read" },
  refund: { serverName: "payments", tool: "refund_order", mutability: "destructive" },
  capture: { serverName: "payments", tool: "capture_payment", mutability: "mutating" },
  ticket: { serverName: "tickets", tool: "create_ticket", mutability: "mutating" },
  list: { serverName: "tickets", tool: "list_tickets", mutability: "read" },
  stock: { serverName: "inventory", tool: "check_stock", mutability: "read" },
  read: { serverName: "files", tool: "read_file", mutability: "read" },
  write: { serverName: "files", tool: "write_file", mutability: "mutating" },
} as const satisfies Record<string, Tool>;

interface Step extends Partial<CallSpec> {
  tool: keyof typeof tools;
  outcome: Outcome;
  /** Steps with the same content are the same call to the model. */
  content: string;
  /** Content that the transport delivers again. */
  redelivered?: boolean;
  waitMs?: number;
}

const ok = (tool: keyof typeof tools, content: string, extra: Partial<Step> = {}): Step => ({
  tool,
  outcome: "ok",
  content,
  ...extra,
});

/** What agents do, a few calls at a time. */
const scenes: readonly ((random: Random) => Step[])[] = [
  () => [ok("search", "open"), ok("get", "A-1"), ok("get", "A-2")],
  () => [ok("list", "mine"), ok("read", "notes.md"), ok("write", "notes.md")],
  () => [ok("stock", "sku-1"), ok("stock", "sku-1", { waitMs: 4000 }), ok("stock", "sku-1", { waitMs: 4000 })],
  () => [
    {
      tool: "ticket",
      outcome: "invalid_input",
      content: "06/06/2026",
      errorCode: "invalid_input",
      errorMessage: "due: expected a date as YYYY-MM-DD",
      issues: [{ path: "/due", code: "invalid_format" }],
      phase: "received",
    },
    ok("ticket", "2026-06-06"),
  ],
  () => [
    {
      tool: "refund",
      outcome: "denied",
      content: "A-7",
      rule: "payments.refund.scope",
      reason: "needs the scope payments:write",
      errorCode: "insufficient_scope",
      phase: "authorized",
    },
  ],
  () => [
    {
      tool: "capture",
      outcome: "timeout",
      content: "P-9",
      errorCode: "deadline_exceeded",
      errorMessage: "no answer from the bank in 30 s",
      durationUs: 30_000_000,
    },
    ok("get", "A-9"),
    ok("capture", "P-9", { waitMs: 9000 }),
  ],
  () => [
    {
      tool: "stock",
      outcome: "tool_error",
      content: "sku-4",
      errorCode: "ECONNREFUSED",
      errorMessage: "connect ECONNREFUSED inventory.internal:5432",
      durationUs: 2_100_000,
    },
    { tool: "stock", outcome: "rate_limited", content: "sku-4", errorCode: "429", retryAfterMs: 2000, waitMs: 1200 },
    ok("stock", "sku-4", { waitMs: 2500 }),
  ],
  () => [ok("refund", "A-3"), ok("refund", "A-3", { waitMs: 5000 })],
  () => [
    ok("write", "report.md", { durationUs: 900_000 }),
    ok("write", "report.md", { redelivered: true, waitMs: 300 }),
  ],
  () => [{ tool: "read", outcome: "unknown_tool", content: "x", errorCode: "unknown_tool" }, ok("read", "y")],
  () => [{ tool: "write", outcome: "cancelled", content: "big", durationUs: 12_000_000 }],
  () => [{ tool: "capture", outcome: "indeterminate", content: "P-4", errorMessage: "the process died" }],
];

const people = ["ann@example.com", "ben@example.com", "on-call@example.com", "support-bot"] as const;
const clients = [
  ["claude-code", "2.1.330"],
  ["vscode", "1.121.0"],
  ["opencode", "0.9.4"],
] as const;

/** One agent's session of `scenesCount` scenes, beginning at `startMs`. Ids and retry kinds are as the gate would give them. */
export function believableSession(
  random: Random,
  { startMs, scenesCount }: { startMs: number; scenesCount: number },
): RecordedCall[] {
  const [clientName, clientVersion] = random.pick(clients);
  const principal = random.pick(people);
  const sessionId = `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-9${random.hex(3)}-${random.hex(12)}`;
  const instanceId = newId();
  const past = new Map<string, PastDelivery[]>();
  const calls: RecordedCall[] = [];
  let nowMs = startMs;
  for (let scene = 0; scene < scenesCount; scene++) {
    for (const { tool, content, redelivered, waitMs, ...spec } of random.pick(scenes)(random)) {
      nowMs += waitMs ?? 800 + random.below(9000);
      const kind = tools[tool];
      const earlier = past.get(kind.tool) ?? [];
      const toolUseId = (redelivered && earlier.at(-1)?.toolUseId) || `toolu_${random.hex(20)}`;
      const retry = classifyRetry(
        {
          startedAt: nowMs,
          toolUseId,
          idempotencyKey: null,
          fingerprint: content,
          fieldHashes: () => ({ content }),
          continues: false,
          mutability: kind.mutability,
        },
        earlier,
      );
      const made = callAt(random, {
        arguments: { id: content, note: "as the customer asked" },
        result:
          spec.outcome === "ok" ? { content: [{ type: "text", text: `${kind.tool} ${content}: done` }] } : undefined,
        ...kind,
        ...spec,
        ...retry,
        startedAt: nowMs,
        toolUseId,
        sessionId,
        instanceId,
        seq: calls.length + 1,
        clientName,
        clientVersion,
        principal,
      });
      calls.push(made);
      earlier.push({
        id: made.call.id,
        startedAt: nowMs,
        toolUseId,
        idempotencyKey: null,
        fingerprint: content,
        fieldHashes: { content },
        failedFields: spec.outcome === "invalid_input" ? ["due"] : [],
        outcome: spec.outcome,
        retryClass: made.call.retryClass,
        attempt: retry.attempt,
      });
      past.set(kind.tool, earlier);
      nowMs += made.call.durationUs / 1000;
    }
    nowMs += random.next() < 0.15 ? 180_000 + random.below(900_000) : random.below(20_000);
  }
  return calls;
}
