import type { Ledger } from "@tachograph/ledger";
import type { RecordedCall } from "@tachograph/record";
import { believableSession } from "./believable-sessions.ts";
import { changedContract } from "./changed-contract.ts";
import { hostileSession } from "./hostile-session.ts";
import { createRandom } from "./random.ts";
import { recordUnknownPayments } from "./unknown-payments.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Puts a day and the same day of the week before into a ledger. */
export async function seedLedger(
  ledger: Ledger,
  { seed, sessions }: { seed: number; sessions: number },
): Promise<void> {
  const random = createRandom(seed);
  const nowMs = Date.now();
  const calls: RecordedCall[] = [];
  for (let number = 0; number < sessions; number++) {
    const agoMs = random.next() ** 1.5 * 23 * HOUR_MS + 0.4 * HOUR_MS;
    calls.push(...believableSession(random, { startMs: nowMs - agoMs, scenesCount: 2 + random.below(8) }));
    if (random.next() < 0.8) {
      calls.push(
        ...believableSession(random, { startMs: nowMs - 7 * DAY_MS - agoMs, scenesCount: 2 + random.below(7) }),
      );
    }
  }
  calls.push(...hostileSession(random, nowMs - 10 * 60_000));
  const invoices = changedContract(random, nowMs);
  calls.push(...invoices.calls);
  // A call of the future is none that happened.
  const past = calls.filter(({ call }) => call.startedAt < nowMs);
  for (let from = 0; from < past.length; from += 500) {
    const definitions = from === 0 ? invoices.definitions : [];
    const report = await ledger.record({ calls: past.slice(from, from + 500), definitions });
    if (report.rejected.length > 0) throw new Error(`rows were rejected: ${JSON.stringify(report.rejected[0])}`);
  }
  await recordUnknownPayments(ledger, random, 4);
}
