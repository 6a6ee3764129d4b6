import type { CallRecord, KeySource, OperationState } from "@tachograph/record";
import type { OperationView } from "./operation-view.ts";

export const operationStateLabels: Readonly<Record<OperationState, string>> = {
  in_flight: "in flight",
  completed: "completed",
  failed_retryable: "failed, may be tried again",
  failed_terminal: "failed",
  unknown: "unknown",
};

export const keySourceMeanings: Readonly<Record<KeySource | "none", string>> = {
  client_meta: "a key of the caller's, in _meta",
  client_arg: "a key of the caller's, in an argument",
  declared: "what the tool's author declared to be the same",
  delivery: "the host's id of the call",
  none: "nothing: only identical calls are held against it",
};

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** What became of an operation, in plain words. */
export function describeOperation(operation: OperationView): string {
  const { state, effect, executions, deliveries, isAbandoned } = operation;
  const ran = `Executed ${times(executions)}${deliveries === null ? "" : `, delivered ${times(deliveries)}`}`;
  switch (state) {
    case "completed":
      return `${ran}: ${effect === "applied" ? "the change was made." : "nothing was changed."}`;
    case "failed_terminal":
      return `${ran}: it failed and changed nothing. Duplicates get the same answer.`;
    case "failed_retryable":
      return `${ran}: it failed and changed nothing, and may be tried again.`;
    case "in_flight":
      return isAbandoned
        ? `${ran}: whoever executed it has not been heard of since. Nobody knows whether it happened.`
        : `${ran}: it is being executed.`;
    case "unknown":
      return (
        `${ran}: nobody knows whether it happened. It does not run again by itself; repeats are held until somebody ` +
        `looks it up, or answers for repeating it.`
      );
  }
}

/** How a call that nothing was executed for relates to the one that it names; the text goes around a link to that one. */
export function relationToOriginal(
  call: Pick<CallRecord, "outcome" | "errorCode" | "reason">,
): readonly [before: string, after: string] {
  switch (call.outcome) {
    case "duplicate_replayed":
      if (call.errorCode === "already_done") return ["Done before by ", "; its result is not kept."];
      return call.errorCode === "retry_later"
        ? ["Too early to try again after ", "."]
        : ["Answered with the result of ", "; nothing was executed again."];
    case "duplicate_in_flight":
      return ["This very operation was being executed by ", "."];
    case "key_conflict":
      return ["Its key was used with other arguments by ", "."];
    case "held":
      return call.reason?.startsWith("nobody knows") === true
        ? ["Nobody knew what had come of ", ", which asked for the same."]
        : ["The same was being executed by ", "."];
    default:
      return ["The operation was executed by ", "."];
  }
}

/** Whether and how the change that a call asked for happened, with what was found out after it had ended. */
export function describeEffect(
  call: Pick<CallRecord, "effect" | "outcome">,
  operation: OperationView | null,
): { text: string; isOpen: boolean; isFoundOut: boolean } {
  const told = (text: string) => ({ text, isOpen: false, isFoundOut: false });
  if (call.effect === "none") return told("Nothing was changed.");
  if (call.effect === "applied")
    return told(call.outcome === "duplicate_replayed" ? "The change had been made before." : "The change was made.");
  const then = "When this call ended, nobody knew whether the change was made.";
  if (operation?.effect === "applied") return { ...told(`${then} It was.`), isFoundOut: true };
  if (operation?.effect === "none") return { ...told(`${then} It was not.`), isFoundOut: true };
  return { text: "The change may or may not have been made.", isOpen: true, isFoundOut: false };
}
