"use client";

import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { SearchBox } from "../search/search-box.tsx";
import type { SearchField } from "../search/search-field.ts";
import { FilterChips } from "../search/filter-chips.tsx";
import { pendingMarks } from "../ui/pending-marks.ts";
import { operationParsers, operationStatuses, statusLabels } from "./operation-params.ts";

const fields = [
  { name: "tool", about: "name of the tool" },
  { name: "server", about: "name of the MCP server" },
] as const satisfies readonly SearchField[];

/** Narrows the list of operations; kept in the URL. */
export function OperationFilters(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(operationParsers, { shallow: false, history: "push", startTransition });
  const chips = [
    ...params.tool.map((value) => ({ name: "tool" as const, label: "Tool", value })),
    ...params.server.map((value) => ({ name: "server" as const, label: "Server", value })),
    ...(params.q === null ? [] : [{ name: "q" as const, label: "Text", value: params.q }]),
  ];
  return (
    <div
      className="mb-3 flex flex-wrap items-start gap-2 max-sm:flex-col max-sm:items-stretch"
      {...pendingMarks(isPending)}
    >
      <div className="min-w-0 flex-1">
        <SearchBox
          label="Search operations"
          placeholder="begin of an id, a session, a principal, tool:refund_order"
          fields={fields}
          onSearch={({ terms, text }) =>
            void setParams({
              tool: [...new Set([...params.tool, ...(terms.tool ?? [])])],
              server: [...new Set([...params.server, ...(terms.server ?? [])])],
              ...(text !== undefined && { q: text }),
            })
          }
        />
        <FilterChips
          chips={chips}
          onRemove={({ name, value }) =>
            void setParams({ [name]: name === "q" ? null : params[name].filter((other) => other !== value) })
          }
          onClear={() => void setParams({ tool: null, server: null, q: null })}
        />
      </div>
      <div role="group" aria-label="Which operations" className="flex flex-wrap gap-1.5">
        {operationStatuses.map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={params.status === status}
            onClick={() => void setParams({ status })}
            className="rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs font-medium text-soft hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
          >
            {statusLabels[status]}
          </button>
        ))}
      </div>
    </div>
  );
}
