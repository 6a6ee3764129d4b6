import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countEffects } from "./effects.ts";
import { openGround, type Ground } from "./ground.ts";
import type { Call } from "./deliver.ts";
import type { ServerProcess } from "./server-process.ts";
import { patient } from "./server-settings.ts";
import { steps, type Step } from "./steps.ts";
import { findRow } from "./trail.ts";

let ground: Ground;
/** Outlives all the others: what they left undone is delivered to it again. */
let survivor: ServerProcess;

beforeAll(async () => {
  ground = await openGround();
  survivor = await ground.start(patient);
});
afterAll(() => ground.close());

const tools = ["pay", "pay_idempotent", "pay_atomic"] as const;
type Tool = (typeof tools)[number];
const isBefore = (step: Step, other: Step): boolean => steps.indexOf(step) < steps.indexOf(other);

/** How often the handler acts, the call being delivered again and again. */
function executionsOf(tool: Tool, step: Step): number {
  if (isBefore("before_settle", step)) return 1;
  const beforeDeath = isBefore(step, "after_effect") ? 0 : 1;
  // Never claimed, so that it is the survivor's to execute; else only what may run again does.
  return step === "before_claim" || tool !== "pay" ? beforeDeath + 1 : beforeDeath;
}

async function operationOf(sessionId: string): Promise<string | undefined> {
  const operations = ground.ledger.db.selectFrom("operations").select("id").where("sessionId", "=", sessionId);
  return (await operations.executeTakeFirst())?.id;
}

describe.concurrent.each(steps)("a server that is killed at the step %s", (step) => {
  test.for(tools)(
    "leaves %s executed as often as it may be, and a row that says which operation",
    async (tool, { expect }) => {
      const order = `${step}-${tool}`;
      const call: Call = { tool, args: { order }, toolUseId: `toolu_${order}`, sessionId: order };
      const twin: Call = { ...call, toolUseId: `toolu_${order}_again` };
      const isUnclaimed = step === "before_claim";
      const isSettled = isBefore("before_settle", step);

      const victim = await ground.start({ ...patient, dieAt: step });
      const lost = await ground.deliver(victim, call);
      await victim.gone;
      expect(lost.answer).toBeUndefined();

      const again = await ground.deliver(survivor, call);
      if (isUnclaimed) expect(again.answer).toMatchObject({ isError: false, replayed: false });
      else if (isSettled) expect(again.answer).toMatchObject({ isError: false, replayed: true });
      else {
        expect(again.answer?.told).toMatchObject({ code: "duplicate_in_flight" });
        expect((await ground.deliver(survivor, twin)).answer?.told).toMatchObject({ code: "held" });
      }

      await ground.expireLeases(order);
      // Whoever claims next finds out by itself that the lease has ended, or a sweep did before.
      if (steps.indexOf(step) % 2 === 0) await ground.sweep();
      const later = await ground.deliver(survivor, call);
      if (isUnclaimed || isSettled) expect(later.answer).toMatchObject({ isError: false, replayed: true });
      else if (tool === "pay") {
        expect(later.answer?.told).toMatchObject({ retry: "verify" });
        expect((await ground.deliver(survivor, twin)).answer?.told).toMatchObject({ code: "held", retry: "verify" });
      } else {
        expect(later.answer?.text).toContain("attempt 2");
        expect((await ground.deliver(survivor, call)).answer).toMatchObject({ isError: false, replayed: true });
      }

      const executions = ground.executions(order);
      expect(executions).toHaveLength(executionsOf(tool, step));
      expect(new Set(executions.map(({ key }) => key)).size).toBeLessThanOrEqual(1);
      if (tool === "pay_atomic") expect(await countEffects(ground.place.databaseUrl, order)).toBe(1);

      await expect
        .poll(() => findRow(ground.ledger, lost), { timeout: 20_000 })
        .toMatchObject({
          // What settled is told by the operation too: whoever comes first writes the row.
          outcome:
            step === "before_answer"
              ? "ok"
              : isSettled
                ? expect.stringMatching(/^(?:ok|indeterminate)$/)
                : "indeterminate",
          operationId: await operationOf(order),
        });
    },
  );
});

test("afterwards every delivery that reached a server is exactly one row", async () => {
  expect(await ground.faults()).toEqual([]);
});
