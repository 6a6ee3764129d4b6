import { setImmediate as nextTurn } from "node:timers/promises";
import type { CallRecord, RecordedCall } from "@tachograph/record";
import { callColumnTypes, callFields } from "../call-columns.ts";
import { CopyBuffer, UnfitValue } from "./copy-buffer.ts";
import { jsonText } from "../row-json.ts";

export interface EncodedRows {
  rows: RecordedCall[];
  calls: Buffer;
  /** Null where no row has one. */
  payloads: Buffer | null;
  /** Rows with a value that only Postgres can judge. */
  unfit: RecordedCall[];
}

/** Whoever ships from within a server shares its event loop. */
const ROWS_A_TURN = 200;
const CALL_BYTES = 1_024;
const PAYLOAD_FIELDS = 4;
/** Sums of durations in memory stay exact below this (a hundred days). */
const LONGEST_US = 2 ** 43;

type Write = (buffer: CopyBuffer, value: unknown) => void;

const writeAs: Record<(typeof callColumnTypes)[keyof CallRecord], Write> = {
  text: (buffer, value) => buffer.text(value),
  uuid: (buffer, value) => buffer.uuid(value),
  integer: (buffer, value) => buffer.integer(value),
  bigint: (buffer, value) => buffer.bigint(value),
  boolean: (buffer, value) => buffer.boolean(value),
  float8: (buffer, value) => buffer.instant(value),
  "text[]": (buffer, value) => buffer.texts(value),
  jsonb: (buffer, value) => buffer.jsonb(jsonText(value as object)),
};
const columns = callFields.map((field) => ({ field, write: writeAs[callColumnTypes[field]] }));

/** What COPY takes for these rows, made in slices so that other work gets its turn. */
export async function encodeRows(rows: readonly RecordedCall[]): Promise<EncodedRows> {
  const calls = new CopyBuffer(rows.length * CALL_BYTES);
  const payloads = new CopyBuffer(rows.reduce((sum, { payload }) => sum + payloadLength(payload), 0));
  const fit: RecordedCall[] = [];
  const unfit: RecordedCall[] = [];
  let payloadRows = 0;
  for (const [index, row] of rows.entries()) {
    if (index > 0 && index % ROWS_A_TURN === 0) await nextTurn();
    if (!encodeRow(row, calls, payloads)) {
      unfit.push(row);
      continue;
    }
    fit.push(row);
    if (row.payload !== null) payloadRows++;
  }
  return { rows: fit, calls: calls.finish(), payloads: payloadRows > 0 ? payloads.finish() : null, unfit };
}

function encodeRow({ call, payload }: RecordedCall, calls: CopyBuffer, payloads: CopyBuffer): boolean {
  const mark = calls.startRow(columns.length);
  let payloadMark: number | undefined;
  try {
    if (call.durationUs > LONGEST_US) throw new UnfitValue();
    for (const { field, write } of columns) {
      const value = call[field];
      if (value === null || value === undefined) calls.null();
      else write(calls, value);
    }
    if (payload !== null) {
      payloadMark = payloads.startRow(PAYLOAD_FIELDS);
      payloads.text(call.project);
      payloads.uuid(call.id);
      encodeText(payload.arguments, payloads);
      encodeText(payload.result, payloads);
    }
    return true;
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error;
    calls.takeBack(mark);
    if (payloadMark !== undefined) payloads.takeBack(payloadMark);
    return false;
  }
}

const encodeText = (text: string | null | undefined, buffer: CopyBuffer): void =>
  text === null || text === undefined ? buffer.null() : buffer.text(text);

const payloadLength = (payload: RecordedCall["payload"]): number =>
  payload === null ? 0 : 100 + (payload.arguments?.length ?? 0) + (payload.result?.length ?? 0);
