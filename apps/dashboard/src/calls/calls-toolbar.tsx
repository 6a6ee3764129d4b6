"use client";

import { GitCompare, Radio } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { ColumnChooser } from "../table/column-chooser.tsx";
import { toolButtonClass } from "../ui/menu.tsx";
import { pendingMarks } from "../ui/pending-marks.ts";
import type { ViewList } from "../views/view.ts";
import { ViewsMenu } from "../views/views-menu.tsx";
import { callColumns } from "./call-columns.tsx";
import { contrastParsers } from "./call-params.ts";

const specs = callColumns({ open: () => {}, showDate: false });

/** What can be done with the rows of the calls screen. */
export function CallsToolbar({
  canFollow,
  isNarrowed,
  views,
}: {
  canFollow: boolean;
  /** Whether a filter is in force. */
  isNarrowed: boolean;
  views: ViewList;
}): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [differs, setDiffers] = useQueryState(
    "differs",
    contrastParsers.differs.withOptions({ history: "push", shallow: false, startTransition }),
  );
  const [isLive, setLive] = useQueryState("live", parseAsBoolean.withDefault(false).withOptions({ history: "push" }));
  return (
    <div role="group" aria-label="Rows" className="flex shrink-0 flex-wrap items-start gap-2">
      <button
        type="button"
        aria-pressed={isLive}
        disabled={!canFollow}
        title={canFollow ? "Show calls as they arrive" : "A window of the past gets no new calls"}
        onClick={() => void setLive(isLive ? null : true)}
        className={`${toolButtonClass} disabled:opacity-50`}
      >
        <Radio size={14} aria-hidden /> Live
      </button>
      <button
        type="button"
        aria-pressed={differs}
        {...pendingMarks(isPending)}
        disabled={!isNarrowed && !differs}
        title={isNarrowed ? "Hold these calls against the others of this time" : "Filter first: all calls are alike"}
        onClick={() => void setDiffers(differs ? null : true)}
        className={`${toolButtonClass} disabled:opacity-50`}
      >
        <GitCompare size={14} aria-hidden /> What differs
      </button>
      <ViewsMenu screen="calls" list={views} />
      <ColumnChooser specs={specs} />
    </div>
  );
}
