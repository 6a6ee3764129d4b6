import {
  firstIdAt,
  verdictOf,
  type CallRecord,
  type Mutability,
  type Outcome,
  type RecordedCall,
} from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import type { Random } from "./random.ts";

export interface CallSpec extends Partial<CallRecord> {
  startedAt: number;
  outcome: Outcome;
  arguments?: unknown;
  result?: unknown;
}

/** A row with believable values wherever the spec says nothing. */
export function callAt(random: Random, spec: CallSpec): RecordedCall {
  const { arguments: args, result, ...given } = spec;
  const mutability: Mutability = given.mutability ?? "read";
  const payload = {
    arguments: args === undefined ? null : JSON.stringify(args),
    result: result === undefined ? null : JSON.stringify(result),
  };
  const call = sampleCall({
    id: idAt(random, spec.startedAt),
    toolUseId: `toolu_${random.hex(20)}`,
    rpcId: String(random.below(500)),
    traceId: random.hex(32),
    spanId: random.hex(16),
    instanceId: idAt(random, spec.startedAt),
    serverVersion: "1.4.0",
    toolDefHash: null,
    mutability,
    ...verdictOf(spec.outcome, mutability, true),
    fingerprint: random.hex(64),
    durationUs: 4000 + random.below(240_000),
    validateUs: 60 + random.below(400),
    authorizeUs: 20 + random.below(90),
    executeUs: 3000 + random.below(200_000),
    argumentsBytes: payload.arguments?.length ?? null,
    resultBytes: payload.result?.length ?? null,
    ...given,
  });
  return { call, payload };
}

function idAt(random: Random, timeMs: number): string {
  const prefix = firstIdAt(timeMs).slice(0, 14);
  return `${prefix}7${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
}
