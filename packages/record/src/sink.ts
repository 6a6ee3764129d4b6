import type { CallPayload, CallRecord, ToolDefinition } from "./call-record.ts";

export interface RecordedCall {
  call: CallRecord;
  payload: CallPayload | null;
}

export interface RecordBatch {
  calls: RecordedCall[];
  definitions: ToolDefinition[];
}

export interface RejectedCall {
  id: string;
  /** Why the store will never take this row, without its values. */
  reason: string;
}

export interface RecordReport {
  /** Rows stored by this call. */
  inserted: number;
  /** Rows that were there already: a batch sent twice is harmless. */
  known: number;
  rejected: RejectedCall[];
}

/**
 * Where the journal is shipped to. Implemented by the ledger.
 * `record` resolves once every row is committed or rejected for good. Where it rejects, some rows may be stored and
 * some not: the same batch may be sent again, since rows are known by their ids.
 */
export interface LedgerSink {
  record(batch: RecordBatch): Promise<RecordReport>;
}
