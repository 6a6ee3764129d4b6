"use client";

import { Radio } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import type { ReactNode } from "react";
import { ColumnChooser } from "../table/column-chooser.tsx";
import { toolButtonClass } from "../ui/menu.tsx";
import type { ViewList } from "../views/view.ts";
import { ViewsMenu } from "../views/views-menu.tsx";
import { callColumns } from "./call-columns.tsx";

const specs = callColumns({ open: () => {}, showDate: false });

/** What can be done with the rows of the calls screen. */
export function CallsToolbar({ canFollow, views }: { canFollow: boolean; views: ViewList }): ReactNode {
  const [isLive, setLive] = useQueryState("live", parseAsBoolean.withDefault(false).withOptions({ history: "push" }));
  return (
    <div role="group" aria-label="Rows" className="flex shrink-0 items-start gap-2">
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
      <ViewsMenu screen="calls" list={views} />
      <ColumnChooser specs={specs} />
    </div>
  );
}
