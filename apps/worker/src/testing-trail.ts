// What the worker's tests write as gates would, and what they count in the ledger afterwards.
import { Journal } from "@tachograph/gate/journal";
import type { Ledger } from "@tachograph/ledger";
import { newId, type CallRecord } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { expect } from "vitest";

/** A gate of this process: writes answered calls, each with a payload. */
export class TestGate {
  readonly calls: CallRecord[] = [];
  readonly #instanceId = newId();
  readonly #journal: Journal;

  constructor(directory: string) {
    this.#journal = new Journal({
      directory,
      instanceId: this.#instanceId,
      shipsItself: false,
      onProblem: ({ message }) => expect.fail(message),
    });
  }

  write(count: number, fields: Partial<CallRecord> = {}): CallRecord[] {
    return Array.from({ length: count }, () => {
      const seq = this.calls.length + 1;
      const call = sampleCall({ instanceId: this.#instanceId, seq, sessionId: `s${seq % 50}`, ...fields });
      this.calls.push(call);
      const result = this.#journal.append({
        kind: "call",
        call,
        payload: { arguments: `{"seq":${seq}}`, result: null },
      });
      expect(result).toBe("written");
      return call;
    });
  }

  close(): void {
    this.#journal.close();
  }
}

export interface TrailCounts {
  calls: number;
  distinct: number;
  payloads: number;
  inSessions: number;
  inStats: number;
}

export async function countCalls({ db }: Ledger): Promise<number> {
  const { n } = await db
    .selectFrom("toolCalls")
    .select(({ fn }) => fn.countAll().as("n"))
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** How often the ledger has what was written, in every place that has it. */
export async function countTrail(ledger: Ledger): Promise<TrailCounts> {
  const { db } = ledger;
  const sum = async (table: "sessions" | "callStats"): Promise<number> =>
    Number(
      (
        await db
          .selectFrom(table)
          .select(({ fn }) => fn.sum("calls").as("n"))
          .executeTakeFirstOrThrow()
      ).n ?? 0,
    );
  const [distinct, payloads] = await Promise.all([
    db
      .selectFrom("toolCalls")
      .select(({ fn }) => fn.count("id").distinct().as("n"))
      .executeTakeFirstOrThrow(),
    db
      .selectFrom("payloads")
      .select(({ fn }) => fn.countAll().as("n"))
      .executeTakeFirstOrThrow(),
  ]);
  return {
    calls: await countCalls(ledger),
    distinct: Number(distinct.n),
    payloads: Number(payloads.n),
    inSessions: await sum("sessions"),
    inStats: await sum("callStats"),
  };
}

/** Every call once, and counted once. */
export const onceEach = (calls: number): TrailCounts => ({
  calls,
  distinct: calls,
  payloads: calls,
  inSessions: calls,
  inStats: calls,
});
