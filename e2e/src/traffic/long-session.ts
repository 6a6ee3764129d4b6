import type { Ledger } from "@tachograph/ledger";
import { newId, type CallRecord, type RecordedCall } from "@tachograph/record";
import { callAt, type CallSpec } from "./call-at.ts";
import { createRandom } from "./random.ts";

export const LONG_SESSION = "a-night-of-batches";
export const LONG_SESSION_CALLS = 30_000;

const EVERY_MS = 300;
const BATCH = 5_000;

/** A night in which an agent works through a long list: mostly reads, now and then a refund that goes wrong. */
const turns: readonly Pick<CallSpec, "tool" | "serverName" | "mutability" | "outcome">[] = [
  { serverName: "orders", tool: "get_order", mutability: "read", outcome: "ok" },
  { serverName: "orders", tool: "search_orders", mutability: "read", outcome: "ok" },
  { serverName: "inventory", tool: "check_stock", mutability: "read", outcome: "ok" },
  { serverName: "tickets", tool: "create_ticket", mutability: "mutating", outcome: "ok" },
];

const trouble: readonly Partial<CallRecord>[] = [
  { outcome: "timeout", effect: "unknown", retryKind: "first", attempt: 1 },
  { outcome: "tool_error", effect: "none", retryKind: "model_retry", attempt: 2 },
  { outcome: "denied", effect: "none", retryKind: "model_retry", attempt: 3 },
  { outcome: "ok", effect: "applied", retryKind: "model_retry", attempt: 4 },
];
const TROUBLE_EVERY = 500;

/** Records one session of 30,000 calls that ended a few minutes ago; gives the ids of its calls. */
export async function recordLongSession(ledger: Ledger): Promise<string[]> {
  const random = createRandom(11);
  const startMs = Date.now() - LONG_SESSION_CALLS * EVERY_MS - 5 * 60_000;
  const session = {
    sessionId: LONG_SESSION,
    instanceId: newId(),
    clientName: "claude-code",
    clientVersion: "2.1.330",
    principal: "ann@example.com",
  };
  const ids: string[] = [];
  let batch: RecordedCall[] = [];
  for (let number = 0; number < LONG_SESSION_CALLS; number++) {
    const phase = number % TROUBLE_EVERY;
    const wrong = number < TROUBLE_EVERY ? undefined : trouble[phase];
    const usual = turns[number % turns.length];
    const made = callAt(random, {
      ...session,
      startedAt: startMs + number * EVERY_MS,
      seq: number + 1,
      arguments: { id: `A-${number + 1}` },
      result: { content: [{ type: "text", text: `order A-${number + 1}` }] },
      outcome: "ok",
      ...usual,
      ...(wrong && { serverName: "payments", tool: "refund_order", mutability: "destructive", ...wrong }),
      ...(wrong && phase > 0 && { retryOf: ids.at(-1) }),
    });
    ids.push(made.call.id);
    batch.push(made);
    if (batch.length < BATCH) continue;
    const report = await ledger.record({ calls: batch, definitions: [] });
    if (report.rejected.length > 0) throw new Error(`rows were rejected: ${JSON.stringify(report.rejected[0])}`);
    batch = [];
  }
  return ids;
}
