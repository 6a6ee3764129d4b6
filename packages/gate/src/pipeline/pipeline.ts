import { internalError } from "../answers/refusal-answers.ts";
import { executeOnce } from "../once/execute-once.ts";
import { authorizeCall } from "./authorize-call.ts";
import { executeCall } from "./execute-call.ts";
import { refuse, type GatedCall } from "./gated-call.ts";
import { finish, judge } from "./judge-ending.ts";
import { refuseUnaudited } from "./refuse-unaudited.ts";
import { validateCall } from "./validate-call.ts";

/**
 * A call through the gate: validate ▸ authorize ▸ (what changes something) once ▸ execute ▸ check the output ▸ answer.
 * Cheapest and safest first; nothing after a refusal runs.
 *
 * @returns the tool result that the SDK sends.
 */
export async function runPipeline(gated: GatedCall): Promise<unknown> {
  const { delivery } = gated;
  // An author may have put the server's own handler behind one of his own: the call is judged once.
  if (delivery.inPipeline) return gated.execute();
  delivery.inPipeline = true;
  delivery.legs++;
  try {
    return await runStages(gated);
  } finally {
    delivery.inPipeline = false;
  }
}

async function runStages(gated: GatedCall): Promise<unknown> {
  try {
    await learnContract(gated);
    const refusal = refuseUnrecorded(gated) ?? (await validateCall(gated)) ?? (await authorizeCall(gated));
    if (refusal !== undefined) return refusal;
  } catch (cause) {
    return faulted(gated, cause);
  }
  // Whoever asked has gone, and nothing has begun.
  if (gated.delivery.isOver) return { content: [] };
  return changesSomething(gated) && gated.policy.once !== undefined
    ? executeOnce(gated, gated.policy.once)
    : finish(gated, await judge(gated, await executeCall(gated)));
}

const changesSomething = ({ delivery }: GatedCall): boolean => delivery.call.mutability !== "read";

/** A server that does not register its tools is asked what they are: whether one only reads decides what follows. */
async function learnContract({ gate, delivery, tool, extra }: GatedCall): Promise<void> {
  const { contracts, options, recorder } = gate;
  if (contracts.isRegistry) return;
  await contracts.learn(extra, tool);
  delivery.call.mutability = contracts.factsOf(tool).mutability;
  if (!contracts.isComplete || told.has(options)) return;
  told.add(options);
  const unknown = Object.keys(options.tools ?? {}).filter((name) => contracts.offers(name) === false);
  if (unknown.length === 0) return;
  const message = `options for the tool "${unknown.join('", "')}", which the server does not list: correct the name`;
  recorder.report({ code: "unknown_tool_options", message });
}

/** Options whose names were compared with what the server lists. */
const told = new WeakSet<object>();

/** What cannot be recorded must not act; what only reads may. */
function refuseUnrecorded(gated: GatedCall): unknown {
  if (gated.delivery.journaled) return undefined;
  const { mutating = "refuse", read = "proceed" } = gated.gate.options.auditUnavailable ?? {};
  if ((changesSomething(gated) ? mutating : read) === "proceed") return undefined;
  return refuseUnaudited(gated, "the journal takes no records");
}

/** A fault of the gate's own before anything ran: the call is refused, since nothing says that it may run. */
function faulted(gated: GatedCall, cause: unknown): unknown {
  const { gate, delivery, tool } = gated;
  gate.recorder.report({ code: "gate_fault", message: `the gate failed to decide about a call of ${tool}`, cause });
  return refuse(gated, internalError({ callId: delivery.call.id, tool, begun: false }), {
    outcome: "internal_error",
    reason: "the gate failed to decide about the call",
  });
}
