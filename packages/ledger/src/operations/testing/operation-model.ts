// What operations promise, said again in plain words: the reference that the store is held against.
import type { ClaimAnswer, Effect, KeptResult, OnceMode, OperationState, SettleAnswer } from "@tachograph/record";

export const LEASE_MS = 100_000;

export interface ModelOperation {
  id: string;
  state: OperationState;
  mode: OnceMode;
  fingerprint: string;
  principal: string;
  guard: string | null;
  owner: string | null;
  callId: string;
  attempt: number;
  deliveries: number;
  effect: Effect;
  leaseEndsAt: number;
  retryAt: number | null;
  keptUntil: number | null;
  result: string | null;
  kept: KeptResult | null;
  late: boolean;
  /** Whether the sweep has dealt with the end of its lease already. */
  swept: boolean;
}

export interface Model {
  now: number;
  operations: ReadonlyMap<string, ModelOperation>;
}

export interface ModelClaim {
  id: string;
  owner: string;
  callId: string;
  mode: OnceMode;
  fingerprint: string;
  principal: string;
  guard: string | null;
}

export interface ModelSettlement {
  id: string;
  owner: string;
  callId: string;
  state: Exclude<OperationState, "in_flight">;
  effect: Effect;
  retryAfterMs: number;
  result: string | null;
  retentionMs: number;
  released: boolean;
}

type Stepped<Answer> = [next: Model, answer: Answer];

const put = (model: Model, operation: ModelOperation): Model => ({
  ...model,
  operations: new Map(model.operations).set(operation.id, operation),
});

const isOpen = ({ state }: ModelOperation): boolean => state === "in_flight" || state === "unknown";

const granted = (model: Model, claim: ModelClaim, before: ModelOperation | undefined): ModelOperation => ({
  ...claim,
  state: "in_flight",
  attempt: (before?.attempt ?? 0) + 1,
  deliveries: (before?.deliveries ?? 0) + 1,
  principal: before?.principal ?? claim.principal,
  effect: "unknown",
  leaseEndsAt: model.now + LEASE_MS,
  retryAt: null,
  keptUntil: null,
  result: null,
  kept: null,
  late: false,
  swept: false,
});

const leaseEnded = (model: Model, operation: ModelOperation): ModelOperation =>
  operation.mode === "at_most_once"
    ? { ...operation, state: "unknown", effect: "unknown" }
    : { ...operation, guard: null, swept: true };

export function claim(
  model: Model,
  asked: ModelClaim,
): Stepped<Pick<ClaimAnswer, "decision"> & { of: ModelOperation }> {
  const known = model.operations.get(asked.id);
  const seen = known && { ...known, deliveries: known.deliveries + 1 };

  if (known && seen && known.fingerprint !== asked.fingerprint) {
    return [put(model, seen), { decision: "conflict", of: { ...seen, result: null } }];
  }
  if (known?.state === "in_flight" && known.owner === asked.owner) {
    const renewed = { ...known, leaseEndsAt: model.now + LEASE_MS };
    return [put(model, renewed), { decision: "execute", of: renewed }];
  }
  const mayRunTwice = known?.mode !== "at_most_once" && asked.mode !== "at_most_once";
  const isNobodys = known?.state === "in_flight" && known.leaseEndsAt <= model.now;
  const isDue = known?.state === "failed_retryable" && (known.retryAt ?? 0) <= model.now;
  const isNew = known === undefined;
  const takes = isNew || (known.owner !== asked.owner && (isDue || (isNobodys && mayRunTwice)));
  if (takes) {
    const twin = [...model.operations.values()].find(
      (other) => other.id !== asked.id && asked.guard !== null && other.guard === asked.guard && isOpen(other),
    );
    if (twin && twin.state === "in_flight" && twin.leaseEndsAt <= model.now) {
      return claim(put(model, leaseEnded(model, twin)), asked);
    }
    if (twin) return [seen ? put(model, seen) : model, { decision: "held", of: twin }];
    const taken = granted(model, asked, known);
    return [put(model, taken), { decision: "execute", of: taken }];
  }
  if (known === undefined || seen === undefined) throw new Error("a new operation is always taken");
  if (isNobodys && known.owner !== asked.owner) {
    const unknown: ModelOperation = { ...seen, state: "unknown", effect: "unknown" };
    return [put(model, unknown), { decision: "unknown", of: unknown }];
  }
  const decisions = {
    in_flight: "in_flight",
    failed_retryable: "retry_later",
    unknown: "unknown",
    completed: "replay",
    failed_terminal: "replay",
  } as const;
  return [put(model, seen), { decision: decisions[known.state], of: seen }];
}

export function settle(model: Model, settlement: ModelSettlement): Stepped<SettleAnswer> {
  const known = model.operations.get(settlement.id);
  if (known === undefined || known.owner !== settlement.owner) return [model, "lost"];
  if (!isOpen(known)) return [model, known.late ? "late" : "settled"];
  const { state, effect, callId, result, released } = settlement;
  const late = known.late || (known.state === "unknown" && state !== "unknown");
  const settled: ModelOperation = {
    ...known,
    state,
    effect,
    callId,
    late,
    result,
    kept: result === null ? "not_kept" : "stored",
    attempt: known.attempt - (released ? 1 : 0),
    retryAt: state === "failed_retryable" ? model.now + (released ? 0 : settlement.retryAfterMs) : null,
    keptUntil: state === "unknown" ? null : model.now + settlement.retentionMs,
  };
  return [put(model, settled), late ? "late" : "settled"];
}

export function heartbeat(model: Model, { id, owner }: { id: string; owner: string }): Stepped<boolean> {
  const known = model.operations.get(id);
  if (known?.state !== "in_flight" || known.owner !== owner) return [model, false];
  return [put(model, { ...known, leaseEndsAt: model.now + LEASE_MS }), true];
}

export function confirm(
  model: Model,
  { attempt, endsAt, ...asked }: ModelClaim & { attempt: number; endsAt: number },
): Stepped<ModelOperation | undefined> {
  const known = model.operations.get(asked.id);
  if (known?.state === "in_flight" && known.owner === asked.owner) return [model, known];
  const isGood =
    known?.state === "unknown" &&
    known.attempt === attempt &&
    known.fingerprint === asked.fingerprint &&
    known.principal === asked.principal &&
    model.now < endsAt;
  if (!isGood) return [model, undefined];
  const taken = { ...granted(model, asked, known), mode: known.mode, guard: known.guard };
  return [put(model, taken), taken];
}

export function resolve(
  model: Model,
  found: { id: string; attempt: number; applied: boolean; result: string | null; retentionMs: number },
): Stepped<boolean> {
  const known = model.operations.get(found.id);
  if (known?.state !== "unknown" || known.attempt !== found.attempt) return [model, false];
  const result = found.applied ? found.result : null;
  const resolved: ModelOperation = {
    ...known,
    state: found.applied ? "completed" : "failed_retryable",
    effect: found.applied ? "applied" : "none",
    owner: null,
    retryAt: found.applied ? null : model.now,
    keptUntil: model.now + found.retentionMs,
    result,
    kept: result === null ? "not_kept" : "stored",
  };
  return [put(model, resolved), true];
}

export function sweep(model: Model): Stepped<{ lapsed: number; freed: number; removed: number }> {
  const counts = { lapsed: 0, freed: 0, removed: 0 };
  let next = model;
  for (const operation of model.operations.values()) {
    if (operation.state === "in_flight" && operation.leaseEndsAt <= model.now) {
      if (operation.mode === "at_most_once") counts.lapsed++;
      else if (!operation.swept) counts.freed++;
      next = put(next, leaseEnded(model, operation));
    } else if (operation.keptUntil !== null && operation.keptUntil <= model.now) {
      counts.removed++;
      const left = new Map(next.operations);
      left.delete(operation.id);
      next = { ...next, operations: left };
    }
  }
  return [next, counts];
}

export const pass = (model: Model, ms: number): Model => ({ ...model, now: model.now + ms });
