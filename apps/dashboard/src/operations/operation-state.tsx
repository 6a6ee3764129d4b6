import { CheckCheck, CircleDashed, CircleHelp, CircleSlash, Hourglass, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { operationStateLabels } from "../calls/operation-words.ts";
import type { OperationView } from "../calls/operation-view.ts";

const icons = {
  in_flight: CircleDashed,
  completed: CheckCheck,
  failed_retryable: Hourglass,
  failed_terminal: CircleSlash,
  unknown: CircleHelp,
} as const;

/** The state of an operation by shape and word; what somebody has to look at stands out. */
export function OperationState({ operation }: { operation: OperationView }): ReactNode {
  const { state, isAbandoned } = operation;
  const Icon = isAbandoned ? Unplug : icons[state];
  const isOpen = state === "unknown" || isAbandoned;
  return (
    <span className={isOpen ? "flex items-center gap-1.5 font-medium text-warn" : "flex items-center gap-1.5"}>
      <Icon size={13} aria-hidden className="shrink-0" />
      {isAbandoned ? "abandoned" : operationStateLabels[state]}
    </span>
  );
}
