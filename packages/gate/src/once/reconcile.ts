import type { OperationSnapshot } from "@tachograph/record";
import type { ReconcileFinding } from "../options.ts";
import { factsOf } from "../pipeline/gated-call.ts";
import { retentionMsOf, type OnceCall } from "./once-call.ts";

/** Asks the author's hook what became of an operation. True where it is no longer unknown. */
export async function reconcile(call: OnceCall, operation: OperationSnapshot): Promise<boolean> {
  const { gated, once, keeper } = call;
  if (once.reconcile === undefined || operation.fingerprint !== call.request.fingerprint) return false;
  let finding: ReconcileFinding;
  try {
    finding = await once.reconcile(factsOf(gated), operation);
  } catch (cause) {
    gated.gate.recorder.report({
      code: "hook_failed",
      message: `once.reconcile of ${gated.tool} failed, so that the operation stays unknown`,
      cause,
    });
    return false;
  }
  if (finding.found !== "applied" && finding.found !== "not_applied") return false;
  const result = finding.found === "applied" && finding.result !== undefined ? JSON.stringify(finding.result) : null;
  return keeper.store.resolve({
    project: operation.project,
    operationId: operation.operationId,
    attempt: operation.attempt,
    found: finding.found,
    result,
    retentionMs: retentionMsOf(call),
    by: "hook",
    reason: finding.reason ?? "looked up by the tool's reconcile hook",
  });
}
