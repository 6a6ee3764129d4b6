"use client";

import { clsx } from "clsx";
import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { formatCount, formatRatio } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { withSearch } from "../search/filters.ts";
import { Panel } from "../ui/panel.tsx";
import { pendingMarks } from "../ui/pending-marks.ts";
import type { Contrast, ContrastValue } from "./call-contrast.ts";
import { callParsers } from "./call-params.ts";

/** What the calls of the screen have in common that others have not. A click looks at those with a value. */
export function ContrastPanel({ contrast }: { contrast: Contrast }): ReactNode {
  const { values, these, others, isAmongAlike } = contrast;
  return (
    <Panel
      className="mb-3"
      title={`What sets these ${formatCount(these)} calls apart`}
      aside={
        <span className="text-xs text-soft">
          from {formatCount(others)} other calls {isAmongAlike ? "that match the rest of the filter" : "of this time"}
        </span>
      }
      flush
    >
      {these === 0 || others === 0 ? (
        <p className="px-4 pb-3 text-soft">
          {these === 0 ? "No call matches." : "There are no other calls in this time to hold them against."}
        </p>
      ) : values.length === 0 ? (
        <p className="px-4 pb-3 text-soft">
          Nothing that is recorded of them: tools, people, clients, versions, rules and errors are as among the others.
        </p>
      ) : (
        <ul aria-label="Differences" className="grid gap-x-6 px-2 pb-2 md:grid-cols-2 2xl:grid-cols-3">
          {values.map((value) => (
            <Difference key={`${value.title} ${value.value}`} value={value} these={these} others={others} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Difference({
  value: { title, value, filter, ...counts },
  these,
  others,
}: {
  value: ContrastValue;
  these: number;
  others: number;
}): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(callParsers, { shallow: false, history: "push", startTransition });
  const content = (
    <>
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="shrink-0 text-xs text-soft">{title}</span>
        <span className="min-w-0 truncate font-medium">
          {value === null ? "none" : <InertText text={value} max={120} />}
        </span>
      </span>
      <Share label="of these" color="var(--accent)" calls={counts.these} of={these} />
      <Share label="of the others" color="var(--line-strong)" calls={counts.others} of={others} />
    </>
  );
  const className = "block w-full rounded-sm px-2 py-1.5 text-left";
  return (
    <li {...pendingMarks(isPending)} className={clsx("min-w-0", isPending && "opacity-60")}>
      {filter === null || value === null || counts.these === 0 ? (
        <div className={className}>{content}</div>
      ) : (
        <button
          type="button"
          title="Look at the calls with this value"
          onClick={() => void setParams(withSearch(params, { terms: { [filter]: [value] }, text: undefined }))}
          className={`${className} hover:bg-raised`}
        >
          {content}
        </button>
      )}
    </li>
  );
}

function Share({ label, color, calls, of }: { label: string; color: string; calls: number; of: number }): ReactNode {
  return (
    <span className="mt-0.5 flex items-center gap-2 text-xs">
      <span aria-hidden className="h-1.5 min-w-0 flex-1 rounded-full bg-raised">
        <span
          className="block h-full rounded-full"
          style={{ width: `${(calls / Math.max(of, 1)) * 100}%`, backgroundColor: color }}
        />
      </span>
      <span className="w-36 shrink-0 text-soft">
        <b className="font-medium text-ink">{formatRatio(calls, of)}</b> {label}
      </span>
    </span>
  );
}
