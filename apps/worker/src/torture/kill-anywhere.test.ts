import { setTimeout as sleep } from "node:timers/promises";
import type { OperationState } from "@tachograph/record";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listEffects } from "./effects.ts";
import type { Execution } from "./executions.ts";
import { openGround, type Ground } from "./ground.ts";
import type { Call, Delivery } from "./deliver.ts";
import type { ServerProcess } from "./server-process.ts";
import { patient } from "./server-settings.ts";

/** TACHOGRAPH_KILLS=200 is the long way, of a few minutes. */
const KILLS = Number(process.env["TACHOGRAPH_KILLS"] ?? 40);
/** Servers that live and die side by side. */
const LANES = 3;

let ground: Ground;
/** By then a server has usually answered what it was given. */
let lastInstantMs: number;
beforeAll(async () => {
  ground = await openGround();
  const server = await ground.start(patient);
  await deliverAll(server, calls("first"));
  const start = performance.now();
  await deliverAll(server, calls("undisturbed"));
  lastInstantMs = performance.now() - start;
});
afterAll(() => ground.close());

const calls = (round: string): Call[] =>
  (
    [
      ["pay", 0],
      ["pay", 30],
      ["pay_idempotent", 15],
      ["pay_atomic", 15],
    ] as const
  ).map(([tool, ms], index) => ({
    tool,
    args: { order: `${round}-${index}`, ms },
    toolUseId: `toolu_${round}_${index}`,
    sessionId: round,
  }));

/** What the model does that hears nothing: the same again, which its host gives another id. */
const repeated = (call: Call, time: number): Call => ({ ...call, toolUseId: `${call.toolUseId}_again_${time}` });

const deliverAll = async (server: ServerProcess, wanted: Call[]): Promise<Delivery[]> =>
  Promise.all(wanted.map((call) => ground.deliver(server, call)));

interface Told {
  lost: number;
  answered: number;
}
const told: Told = { lost: 0, answered: 0 };

/** Kills a server that executes, and has its successor asked the same and the same again, before and after the sweep. */
async function killOnce(victim: ServerProcess, successor: Promise<ServerProcess>, round: string): Promise<void> {
  const asked = calls(round);
  const delivered = deliverAll(victim, asked);
  await sleep(Math.random() * lastInstantMs);
  await victim.kill();
  for (const { answer } of await delivered) {
    if (answer === undefined) told.lost++;
    else told.answered++;
  }

  const server = await successor;
  await deliverAll(server, asked);
  await deliverAll(
    server,
    asked.map((call) => repeated(call, 1)),
  );
  await ground.expireLeases(round);
  // Whoever claims next finds out by itself that the lease has ended, or a sweep did before.
  if (Math.random() < 0.5) await ground.sweep();
  await deliverAll(server, asked);
  await deliverAll(
    server,
    asked.map((call) => repeated(call, 2)),
  );
}

async function liveAndDie(lane: number, kills: number): Promise<void> {
  let victim = await ground.start(patient);
  for (let kill = 0; kill < kills; kill++) {
    const successor = ground.start(patient);
    await killOnce(victim, successor, `${lane}.${kill}`);
    victim = await successor;
  }
}

test(
  `killed at ${KILLS} random instants, servers execute nothing that may not be executed, and every delivery has its row`,
  {
    timeout: 120_000 + KILLS * 15_000,
  },
  async () => {
    const start = performance.now();
    await Promise.all(Array.from({ length: LANES }, (_, lane) => liveAndDie(lane, Math.ceil((KILLS - lane) / LANES))));
    const seconds = (performance.now() - start) / 1000;

    expect(await ground.faults()).toEqual([]);
    const states = await operationStates();
    const executions = ground.executions();
    expect(misdeeds(executions, states)).toEqual([]);

    const effects = await listEffects(ground.place.databaseUrl);
    const byOperation = Map.groupBy(effects, ({ operation }) => operation);
    expect([...byOperation.values()].filter(({ length }) => length > 1)).toEqual([]);
    const atomic = [...states.values()].filter(({ tool, state }) => tool === "pay_atomic" && state === "completed");
    expect(byOperation.size).toBe(atomic.length);
    report({ seconds: Math.round(seconds), kills: KILLS, ...told, executions: executions.length, states });
  },
);

interface Operation {
  tool: string;
  state: OperationState;
}

async function operationStates(): Promise<Map<string, Operation>> {
  const rows = await ground.ledger.db.selectFrom("operations").select(["id", "tool", "state"]).execute();
  return new Map(rows.map(({ id, ...operation }) => [id, operation]));
}

/** Executions that must never have been. */
function misdeeds(executions: readonly Execution[], operations: ReadonlyMap<string, Operation>): string[] {
  const found: string[] = [];
  for (const [id, { tool, state }] of operations) {
    if (state === "in_flight") found.push(`${tool} ${id} is still in flight`);
    if (tool !== "pay" && state !== "completed") found.push(`${tool} ${id} is ${state}`);
  }
  for (const [key, same] of Map.groupBy(executions, (execution) => execution.key)) {
    const tool = same[0]?.tool;
    if (key === null || !operations.has(key)) found.push(`${tool} was executed without an operation`);
    if (tool === "pay" && same.length > 1) found.push(`pay was executed ${same.length} times as ${key}`);
    const attempts = same.map(({ attempt }) => attempt);
    if (new Set(attempts).size < attempts.length) found.push(`${tool} ${key}: one attempt ran twice`);
  }
  for (const [order, ofOrder] of Map.groupBy(
    executions.filter(({ tool }) => tool === "pay"),
    (execution) => execution.order,
  )) {
    const isUnknown = ofOrder.some(({ key }) => operations.get(key ?? "")?.state === "unknown");
    if (isUnknown && ofOrder.length > 1) found.push(`${order} was paid again while nobody knew whether it was paid`);
  }
  return found;
}

function report({ states, ...figures }: Record<string, unknown> & { states: ReadonlyMap<string, Operation> }): void {
  if (!process.env["TACHOGRAPH_TORTURE_REPORT"]) return;
  const counted = Object.groupBy(states.values(), ({ tool, state }) => `${tool} ${state}`);
  const counts = Object.entries(counted).map(([name, those]) => [name, those?.length]);
  console.info(JSON.stringify({ ...figures, operations: Object.fromEntries(counts) as object }));
}
