import type { CallRecord } from "@tachograph/record";
import type { TextSlice } from "../inert/inert-block.tsx";
import type { CallRow } from "./call-row.ts";
import type { OperationView } from "./operation-view.ts";

/** Why a viewer is shown payloads, and until when; null where that does not end. */
export interface PayloadReason {
  text: string;
  untilMs: number | null;
}

/**
 * Arguments and result: shown, kept from this viewer by their role, not shown before they say why, or not stored (any
 * more).
 */
export type PayloadView =
  | { access: "shown"; arguments: TextSlice | null; result: TextSlice | null; reason: PayloadReason }
  | { access: "withheld" }
  | { access: "closed" }
  | { access: "missing" };

/** All that is known of one call. */
export interface CallDetail {
  call: CallRecord;
  recordedAtMs: number;
  payload: PayloadView;
  /** The calls that this one repeats or that repeat it, and those of its operation, oldest first, itself included. */
  group: CallRow[];
  /** The operation that it belongs to or, where it was held, waits for. Null where there is none, or it is kept no longer. */
  operation: OperationView | null;
  /** The call that it names as the one that executed its operation. */
  original: CallRow | null;
  /** The tool's contract in force, as JSON text. */
  contract: TextSlice | null;
}

/** Arguments and result of a call as indented JSON, to be compared with those of another. */
export interface PayloadTexts {
  arguments: string | null;
  result: string | null;
  /** Whether one of them is longer than what is given. */
  isCut: boolean;
}

export type PayloadPart = "arguments" | "result" | "contract";
