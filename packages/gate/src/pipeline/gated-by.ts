import { internalError } from "../answers/refusal-answers.ts";
import { errorResult } from "../answers/error-result.ts";
import { currentDelivery, type Gate } from "../connection.ts";
import { isObject } from "../is-object.ts";
import { signalOf } from "../signal-of.ts";
import { runPipeline } from "./pipeline.ts";

/**
 * Handles a `tools/call` through the pipeline where anything is switched on for its tool; else the gate only observes.
 *
 * @param call - What the SDK hands to a request handler: the request, and its own extra.
 */
export function gatedBy(gate: Gate, execute: () => unknown, call: readonly unknown[]): unknown {
  const delivery = currentDelivery.getStore();
  const name = delivery === undefined ? nameIn(call[0]) : delivery.received.name;
  // A call that the gate could not look at, or that names no tool, must not pass by what is switched on.
  if (delivery === undefined || name === null)
    return (name === null ? gate.policies.active : gate.policies.of(name).active) ? unseen(name ?? "") : execute();
  const { arguments: args } = delivery.received;
  const policy = gate.policies.of(name);
  if (!policy.active && (gate.options.auditUnavailable === undefined || delivery.journaled)) return execute();
  delivery.watch(signalOf(call[1]));
  return runPipeline({
    gate,
    delivery,
    tool: name,
    policy,
    extra: call[1],
    execute,
    connection: delivery.connection,
    args: isObject(args) ? args : {},
  });
}

function nameIn(request: unknown): string | null {
  const params = isObject(request) ? request["params"] : undefined;
  return isObject(params) && typeof params["name"] === "string" ? params["name"] : null;
}

function unseen(tool: string): unknown {
  const { payload, sentence } = internalError({ callId: "", tool, begun: false });
  return errorResult(payload, sentence);
}
