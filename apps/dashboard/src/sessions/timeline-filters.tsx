"use client";

import { ChevronDown, Search } from "lucide-react";
import { useQueryStates } from "nuqs";
import { DropdownMenu } from "radix-ui";
import { useRef, useTransition, type ReactNode, type SubmitEvent } from "react";
import { ToolName } from "../calls/call-columns.tsx";
import { toggled } from "../facets/facet-values.tsx";
import { formatCount } from "../format.ts";
import { useSlashKey } from "../search/use-slash-key.ts";
import { MenuCheckboxItem, menuClass, toolButtonClass } from "../ui/menu.tsx";
import { pendingMarks } from "../ui/pending-marks.ts";
import type { OutlineTool } from "./outline.ts";
import { timelineFilters, timelineParsers, type TimelineFilter } from "./timeline-params.ts";

const filterLabels: Readonly<Record<TimelineFilter, string>> = {
  retries: "Retries",
  refusals: "Refusals",
  failures: "Failures",
  uncertain: "Uncertain",
  writes: "Writes",
};

/** Which calls of the session are shown, and how; kept in the URL. */
export function TimelineFilters({
  tools,
  shown,
  total,
}: {
  tools: readonly OutlineTool[];
  /** How many calls the filters leave, of how many. */
  shown: number;
  total: number;
}): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(timelineParsers, { history: "push" });
  const input = useRef<HTMLInputElement>(null);
  useSlashKey(input);
  const named = tools.filter(({ tool }, index) => tools.findIndex((other) => other.tool === tool) === index);
  const search = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = input.current?.value.trim() ?? "";
    void setParams({ q: text === "" ? null : text }, { shallow: false, startTransition });
  };
  return (
    <div
      role="group"
      aria-label="Which calls"
      {...pendingMarks(isPending)}
      className="flex flex-wrap items-center gap-1.5 border-b border-line px-4 py-2"
    >
      <form role="search" onSubmit={search} className="relative min-w-40 flex-1 basis-40">
        <Search size={13} aria-hidden className="absolute top-1/2 left-2 -translate-y-1/2 text-soft" />
        <input
          key={params.q}
          ref={input}
          type="search"
          defaultValue={params.q ?? ""}
          aria-label="Search in the session"
          placeholder="error, reason, tool or id"
          className="w-full rounded-md border border-line bg-surface py-1 pr-2 pl-7 text-xs placeholder:text-soft"
        />
      </form>
      {timelineFilters.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={params.show.includes(name)}
          onClick={() => void setParams({ show: toggled(params.show, name) as TimelineFilter[] | null })}
          className={toolButtonClass}
        >
          {filterLabels[name]}
        </button>
      ))}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={toolButtonClass} aria-pressed={params.tool.length > 0}>
          Tools{params.tool.length > 0 ? `: ${formatCount(params.tool.length)}` : ""}{" "}
          <ChevronDown size={13} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="end" sideOffset={4} className={menuClass}>
            {named.map(({ serverName, tool }) => (
              <MenuCheckboxItem
                key={tool ?? ""}
                checked={params.tool.includes(tool ?? "")}
                onToggle={() => void setParams({ tool: toggled(params.tool, tool ?? "") })}
              >
                <span className="min-w-0 truncate">
                  <ToolName serverName={serverName} tool={tool} />
                </span>
              </MenuCheckboxItem>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <button
        type="button"
        aria-pressed={params.group === "operation"}
        onClick={() => void setParams({ group: params.group === null ? "operation" : null })}
        className={toolButtonClass}
      >
        Group attempts
      </button>
      {shown === total ? null : (
        <span role="status" className="text-xs text-soft">
          {formatCount(shown)} of {formatCount(total)} calls{" "}
          <button
            type="button"
            onClick={() => void setParams({ show: null, tool: null, q: null }, { shallow: params.q === null })}
            className="font-medium text-accent hover:underline"
          >
            Show all
          </button>
        </span>
      )}
    </div>
  );
}
