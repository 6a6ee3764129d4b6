import type { ClaimAnswer, ClaimRequest, OperationSnapshot } from "@tachograph/record";
import { hash, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect } from "vitest";
import type { Ledger } from "../../connection.ts";
import { sweepOperations } from "../sweep-operations.ts";
import * as model from "./operation-model.ts";
import type { Model, ModelClaim, ModelOperation, ModelSettlement } from "./operation-model.ts";
import { newOperationId, sampleClaim, settlementOf } from "./sample-operations.ts";
import type { Step, Walk } from "./walk.ts";

/** Real time passes too, and much of it on a busy machine: no two instants of the model are closer than this and not equal. */
const GRAIN_MS = 20_000;
const NEVER_MS = 1_000_000_000;

/** One step, on both sides: what it does to Postgres, and what the model says to it. */
interface Action {
  real: () => Promise<unknown>;
  modelled: (before: Model) => Stepped;
}
type Stepped = [next: Model, answer: unknown];

type Essence = Pick<OperationSnapshot, "state" | "mode" | "attempt" | "deliveries" | "effect" | "callId">;
type Seen = Essence | null;

/** A claim that had to wait for others is decided as of when it came: it may be a moment too early for what they left due. */
function outcomes({ modelled }: Action, before: Model, alone: boolean): Stepped[] {
  if (alone) return [modelled(before)];
  const [early, answer] = modelled({ ...before, now: before.now - 1 });
  return [modelled(before), [{ ...early, now: before.now }, answer]];
}

/**
 * A delivery is counted a moment before the operation is taken: others may be counted in between, and one that comes
 * twice at once may count twice. Nothing is decided by it.
 */
const comparable = (answer: unknown, alone: boolean): unknown =>
  alone || typeof answer !== "object" || answer === null ? answer : { ...answer, deliveries: undefined };

/** The same state with as many deliveries as were seen, where so many can have been counted. */
function recounted(state: Model, ids: readonly string[], seen: readonly Seen[], most: number): Model {
  const operations = new Map(state.operations);
  for (const [index, id] of ids.entries()) {
    const known = operations.get(id);
    const more = (seen[index]?.deliveries ?? 0) - (known?.deliveries ?? 0);
    if (known && more > 0 && more < most) operations.set(id, { ...known, deliveries: known.deliveries + more });
  }
  return { ...state, operations };
}

const essence = (operation: OperationSnapshot | ModelOperation): Essence => ({
  state: operation.state,
  mode: operation.mode,
  attempt: operation.attempt,
  deliveries: operation.deliveries,
  effect: operation.effect,
  callId: operation.callId,
});
const grains = (ms: number): number => Math.round(ms / GRAIN_MS) + 0;

/** What can be seen of the store from outside. */
async function observe(ledger: Ledger, ids: readonly string[]): Promise<Seen[]> {
  return Promise.all(
    ids.map(async (id) => {
      const found = await ledger.find("default", id);
      if (!found) return null;
      return {
        ...essence(found),
        kept: found.keptResult,
        lease: found.state === "in_flight" ? grains(found.leaseExpiresAt - found.readAt) : null,
        retry: found.retryAt === null ? null : grains(found.retryAt - found.readAt),
      };
    }),
  );
}
const expected = (ids: readonly string[], { operations, now }: Model): unknown[] =>
  ids.map((id) => {
    const known = operations.get(id);
    if (!known) return null;
    return {
      ...essence(known),
      kept: known.kept,
      lease: known.state === "in_flight" ? grains(known.leaseEndsAt - now) : null,
      retry: known.retryAt === null ? null : grains(known.retryAt - now),
    };
  });

/** Lets time pass for every operation, by moving its instants into the past. */
const letPass = async (ledger: Ledger, ms: number): Promise<void> => {
  const by = sql`${ms}::float8 * interval '1 millisecond'`;
  await sql`
    update operations set lease_expires_at = lease_expires_at - ${by}, claimed_at = claimed_at - ${by},
      settled_at = settled_at - ${by}, retry_at = retry_at - ${by}, expires_at = expires_at - ${by},
      earlier_since = earlier_since - ${by}`.execute(ledger.db);
};

/** Walks both sides, and compares what they say. */
export class Walker {
  readonly ledger: Ledger;
  readonly ids = [newOperationId(), newOperationId()];
  readonly walk: Walk;
  readonly requests: ClaimRequest[] = [];
  /** Every state of the model that explains what was answered so far. */
  candidates: Model[] = [{ now: 0, operations: new Map() }];
  /** How often each operation may be executed, counted apart from the model. */
  readonly allowed = new Map<string, number>();
  readonly grantedCalls = new Set<string>();
  /** Who was granted each operation last. */
  readonly owners = new Map<string, string>();
  /** What the owners of one grant each gave back, and have not used up. */
  readonly givenBack = new Set<string>();
  /** What a group was answered, to be counted at its end: answers come in any order. */
  noted: { grants: ClaimRequest[]; returns: ClaimRequest[]; permissions: string[] } = {
    grants: [],
    returns: [],
    permissions: [],
  };

  constructor(ledger: Ledger, walk: Walk) {
    this.ledger = ledger;
    this.walk = walk;
  }

  newRequest(of: number, mode = this.walk.mode, fingerprint = "ab".repeat(32)): ClaimRequest {
    const request = sampleClaim({
      operationId: this.ids[of] ?? "",
      mode,
      fingerprint,
      guard: this.walk.guarded ? `guard of ${this.ids[0]}` : null,
      leaseMs: model.LEASE_MS,
    });
    this.requests.push(request);
    return request;
  }

  by(index: number): ClaimRequest {
    return this.requests.at(-1 - (index % Math.max(this.requests.length, 1))) ?? this.newRequest(0);
  }

  action(wanted: Step): Action {
    switch (wanted.do) {
      case "claim": {
        const fingerprint = (wanted.other === 0 ? "cd" : "ab").repeat(32);
        return this.claim(this.newRequest(wanted.of, wanted.mode === 0 ? "idempotent" : this.walk.mode, fingerprint));
      }
      case "claim again":
        return this.claim(this.by(wanted.by));
      case "settle":
        return this.settle(this.by(wanted.by), wanted.as);
      case "heartbeat":
        return this.heartbeat(this.by(wanted.by));
      case "confirm":
        return this.confirm(wanted.of, wanted.wrong);
      default:
        return this.resolve(wanted);
    }
  }

  claim(request: ClaimRequest): Action {
    const asked = modelClaim(request);
    return {
      real: async () => {
        const { decision, operation } = await this.ledger.claim(request);
        if (decision === "execute") this.noted.grants.push(request);
        return described(decision, operation.operationId, operation, operation.result);
      },
      modelled: (before) => {
        const [next, { decision, of }] = model.claim(before, asked);
        return [next, described(decision, of.id, of, decision === "held" ? null : of.result)];
      },
    };
  }

  settle(request: ClaimRequest, as: number): Action {
    const result = as < 2 ? `{"n":"${randomUUID()}"}` : null;
    const settlement = {
      ...settlementOf(request, { state: settledStates[as] ?? "completed" }),
      effect: settledEffects[as] ?? "applied",
      result,
      keptResult: result === null ? ("not_kept" as const) : ("stored" as const),
      retryAfterMs: as === 2 ? 100_000 : null,
      retentionMs: 300_000,
      released: as === 5,
    };
    const asked: ModelSettlement = {
      ...settlement,
      id: request.operationId,
      owner: request.ownerToken,
      callId: request.call.id,
      retryAfterMs: settlement.retryAfterMs ?? 0,
    };
    return {
      real: async () => {
        const answer = await this.ledger.settle(settlement);
        if (answer !== "lost" && settlement.state === "failed_retryable") this.noted.returns.push(request);
        return answer;
      },
      modelled: (before) => model.settle(before, asked),
    };
  }

  heartbeat(request: ClaimRequest): Action {
    return {
      real: async () => (await this.ledger.heartbeat([request], model.LEASE_MS)).length === 1,
      modelled: (before) => model.heartbeat(before, { id: request.operationId, owner: request.ownerToken }),
    };
  }

  confirm(of: number, wrong: number): Action {
    const request = this.newRequest(of);
    const [{ now, operations } = { now: 0, operations: new Map<string, ModelOperation>() }] = this.candidates;
    const current = operations.get(request.operationId)?.attempt ?? 1;
    const attempt = wrong === 1 ? current - 1 : current;
    const endsAt = wrong === 2 ? now : now + 100_000;
    const call = wrong === 3 ? { ...request.call, principal: "eve@example.com" } : request.call;
    const fingerprint = wrong === 4 ? "cd".repeat(32) : request.fingerprint;
    const asked = { ...request, call, fingerprint };
    return {
      real: async () => {
        const repeat = { ...asked, attempt, expiresAt: Date.now() + endsAt - now };
        const taken = await this.ledger.confirmRepeat(repeat);
        // Who confirms takes responsibility: this execution needs no other permission.
        if (taken) this.noted.permissions.push(request.operationId);
        if (taken) this.noted.grants.push(asked);
        return taken ? essence(taken) : undefined;
      },
      modelled: (before) => {
        const [next, taken] = model.confirm(before, { ...modelClaim(asked), attempt, endsAt });
        return [next, taken ? essence(taken) : undefined];
      },
    };
  }

  resolve({ of, applied, wrong }: { of: number; applied: boolean; wrong: number }): Action {
    const id = this.ids[of] ?? "";
    const current = this.candidates[0]?.operations.get(id)?.attempt ?? 1;
    const found = {
      id,
      attempt: wrong === 0 ? current - 1 : current,
      applied,
      result: '{"found":true}',
      retentionMs: 300_000,
    };
    return {
      real: async () => {
        const resolved = await this.ledger.resolve({
          ...found,
          project: "default",
          operationId: id,
          found: applied ? "applied" : "not_applied",
          by: "hook",
          reason: "looked",
        });
        if (resolved && !applied) this.noted.permissions.push(id);
        return resolved;
      },
      modelled: (before) => model.resolve(before, found),
    };
  }

  count(): void {
    const { grants, returns, permissions } = this.noted;
    const allow = (id: string, more: number): void => void this.allowed.set(id, (this.allowed.get(id) ?? 1) + more);
    for (const { operationId, ownerToken, call } of grants) {
      this.grantedCalls.add(call.id);
      if (this.owners.get(operationId) === ownerToken) continue;
      this.owners.set(operationId, ownerToken);
      this.givenBack.delete(ownerToken);
      allow(operationId, -1);
    }
    for (const { operationId, ownerToken } of returns) {
      if (!this.givenBack.has(ownerToken)) allow(operationId, 1);
      this.givenBack.add(ownerToken);
    }
    for (const id of permissions) allow(id, 1);
    this.noted = { grants: [], returns: [], permissions: [] };
  }

  /** All at once. The answers must be those of some order, one after the other. */
  async together(steps: readonly Step[]): Promise<void> {
    const actions = steps.map((wanted) => this.action(wanted));
    const answers = await Promise.all(actions.map(({ real }) => real()));
    this.count();
    const seen = await observe(this.ledger, this.ids);
    const alone = steps.length === 1;
    const answered = actions.map((action, index) => ({ action, answer: answers[index] }));
    const explained = orders(answered)
      .flatMap((order) =>
        order.reduce<Model[]>(
          (states, { action, answer }) =>
            states.flatMap((state) =>
              outcomes(action, state, alone)
                .filter(([, said]) => same(comparable(said, alone), comparable(answer, alone)))
                .map(([next]) => next),
            ),
          this.candidates,
        ),
      )
      .map((state) => (alone ? state : recounted(state, this.ids, seen, steps.length)))
      .filter((state) => same(expected(this.ids, state), seen));
    if (explained.length === 0) {
      const [candidate = { now: 0, operations: new Map() }] = this.candidates;
      const said = actions.map(({ modelled }) => modelled(candidate)[1]);
      expect({ steps, answers, seen }).toEqual({
        steps,
        answers: said,
        seen: expected(
          this.ids,
          actions.reduce((state, { modelled }) => modelled(state)[0], candidate),
        ),
      });
    }
    this.candidates = distinct(explained);
    if (this.walk.mode === "at_most_once" && !this.requests.some(({ mode }) => mode !== "at_most_once")) {
      for (const [id, allowed] of this.allowed)
        expect(allowed, `executions of ${id} beyond what was allowed`).toBeGreaterThanOrEqual(0);
    }
  }

  async sweep(): Promise<void> {
    const { lapsed, freed, removed } = await sweepOperations(this.ledger, { rowGraceMs: 0 });
    this.candidates = this.candidates.flatMap((candidate) => {
      const [next, counts] = model.sweep(candidate);
      return same(counts, { lapsed, freed, removed }) ? [next] : [];
    });
    expect(this.candidates.length, `a sweep that ${JSON.stringify({ lapsed, freed, removed })}`).toBeGreaterThan(0);
    for (const id of this.ids) if (!this.candidates[0]?.operations.has(id)) this.allowed.set(id, 1);
    expect(await observe(this.ledger, this.ids)).toEqual(expected(this.ids, this.candidates[0] as Model));
  }

  async run(): Promise<void> {
    await sql`delete from operations`.execute(this.ledger.db);
    for (const next of this.walk.groups) {
      if (next === "sweep") await this.sweep();
      else if ("pass" in next) {
        await letPass(this.ledger, next.pass);
        this.candidates = this.candidates.map((candidate) => model.pass(candidate, next.pass));
      } else await this.together(next);
    }
    await this.end();
  }

  /** Every delivery that was allowed to execute has its row, and nothing unresolved ever goes away. */
  async end(): Promise<void> {
    await letPass(this.ledger, NEVER_MS);
    this.candidates = this.candidates.map((candidate) => model.pass(candidate, NEVER_MS));
    await this.sweep();
    const calls = [...this.grantedCalls];
    const { rows } = await sql<{ count: number }>`
      select count(*)::int from tool_calls where project = 'default' and id = any(${calls}::text[]::uuid[])`.execute(
      this.ledger.db,
    );
    expect(rows[0]?.count).toBe(calls.length);
  }
}

const settledStates = [
  "completed",
  "failed_terminal",
  "failed_retryable",
  "unknown",
  "failed_retryable",
  "failed_retryable",
] as const;
const settledEffects = ["applied", "none", "none", "unknown", "none", "none"] as const;

const modelClaim = (request: ClaimRequest): ModelClaim => ({
  id: request.operationId,
  owner: request.ownerToken,
  callId: request.call.id,
  mode: request.mode,
  fingerprint: request.fingerprint,
  principal: request.call.principal ?? "",
  guard: request.guard,
});

const described = (
  decision: ClaimAnswer["decision"],
  id: string,
  operation: OperationSnapshot | ModelOperation,
  result: string | null,
): object => ({
  decision,
  id,
  // A twin may change between the moment it is in the way and the moment it is looked at.
  ...(decision === "held" ? {} : essence(operation)),
  result: result === null ? null : hash("sha256", result).slice(0, 8),
});

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

const distinct = (models: readonly Model[]): Model[] => [
  ...new Map(models.map((state) => [JSON.stringify([...state.operations]), state])).values(),
];
