import type { ClaimRequest } from "@tachograph/record";
import type { OnceOptions } from "../options.ts";
import type { GatedCall } from "../pipeline/gated-call.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { OperationKey } from "./once-key.ts";

/** A call of a tool with `once`, and the operation that it names. */
export interface OnceCall {
  gated: GatedCall;
  once: OnceOptions;
  key: OperationKey;
  keeper: LeaseKeeper;
  request: ClaimRequest;
}

const HOUR_MS = 3_600_000;
const DELIVERY_HOURS = 24;
const EXPLICIT_HOURS = 72;

/** How long a settled operation answers its duplicates. */
export function retentionMsOf({ once, key }: OnceCall): number {
  const byDefault = key.source === null || key.source === "delivery" ? DELIVERY_HOURS : EXPLICIT_HOURS;
  return Math.round((once.retentionHours ?? byDefault) * HOUR_MS);
}
