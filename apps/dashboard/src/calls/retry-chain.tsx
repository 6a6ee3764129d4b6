"use client";

import { clsx } from "clsx";
import type { ReactNode } from "react";
import { formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { Instant } from "../time/instant.tsx";
import { CallLink } from "./call-link.tsx";
import type { CallRow } from "./call-row.ts";
import { explanationOf } from "./explanation.ts";
import { retryKindLabels, retryKindMeanings } from "./retry-label.ts";

/** The attempts of one group, oldest first. */
export function RetryChain({
  group,
  currentId,
  executedBy,
  onOpenCall,
}: {
  group: readonly CallRow[];
  currentId: string;
  /** The call that executed their operation last. */
  executedBy?: string;
  onOpenCall?: (id: string) => void;
}): ReactNode {
  return (
    <ol className="divide-y divide-line rounded-md border border-line">
      {group.map((call) => {
        const why = explanationOf(call);
        return (
          <li
            key={call.id}
            aria-current={call.id === currentId ? "true" : undefined}
            className={clsx("px-3 py-1.5", call.id === currentId && "bg-accent-soft")}
          >
            <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
              <span className="w-5 text-right text-soft">{call.attempt}</span>
              <OutcomeMark outcome={call.outcome} />
              <span className="text-soft" title={retryKindMeanings[call.retryKind]}>
                {retryKindLabels[call.retryKind]}
              </span>
              {executedBy === undefined ? null : <span className="font-medium">{executionWord(call, executedBy)}</span>}
              <span className="ml-auto flex gap-x-3">
                <span className="text-soft">{formatDuration(call.durationUs)}</span>
                <CallLink project={call.project} id={call.id} onOpenCall={onOpenCall}>
                  <Instant atMs={call.startedAtMs} show="time" />
                </CallLink>
              </span>
            </div>
            {why === null ? null : (
              <p className="truncate pl-8 text-xs text-soft">
                <InertText text={why} />
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function executionWord({ id, outcome, wasExecuted }: CallRow, executedBy: string): string | null {
  if (wasExecuted || (id === executedBy && outcome !== "indeterminate")) return "executed";
  return outcome === "indeterminate" ? "may have run" : null;
}
