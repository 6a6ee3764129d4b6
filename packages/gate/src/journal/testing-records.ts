import { sampleCall } from "@tachograph/record/testing";
import {
  type CallPayload,
  type CallRecord,
  type LedgerSink,
  type RecordBatch,
  type RecordReport,
} from "@tachograph/record";

/** A call as the gate would record it; `tool` tells calls of a test apart. */
export function callOf(tool: string, fields: Partial<CallRecord> = {}): CallRecord {
  return sampleCall({ tool, mutability: "mutating", effect: "applied", ...fields });
}

export const callEntry = (call: CallRecord, payload: CallPayload | null = null) => ({
  kind: "call" as const,
  call,
  payload,
});

/** A store in memory that knows rows by id, as the ledger does, and fails when told to. */
export class MemorySink implements LedgerSink {
  readonly rows: CallRecord[] = [];
  readonly batches: RecordBatch[] = [];
  failing = false;
  readonly rejectedTools = new Set<string>();
  /** Stores the batch and then fails, as a connection does that dies at COMMIT. */
  losesAnswer = false;

  get tools(): (string | null)[] {
    return this.rows.map(({ tool }) => tool);
  }

  async record(batch: RecordBatch): Promise<RecordReport> {
    await Promise.resolve();
    if (this.failing) throw new Error("the store is away");
    this.batches.push(batch);
    const report: RecordReport = { inserted: 0, known: 0, rejected: [] };
    for (const { call } of batch.calls) {
      if (this.rejectedTools.has(call.tool ?? "")) report.rejected.push({ id: call.id, reason: "never" });
      else if (this.rows.some(({ id }) => id === call.id)) report.known++;
      else {
        this.rows.push(call);
        report.inserted++;
      }
    }
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new Error("the answer was lost");
    }
    return report;
  }
}
