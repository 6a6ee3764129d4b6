"use client";

import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { FilterChips } from "../search/filter-chips.tsx";
import { SearchBox } from "../search/search-box.tsx";
import type { SearchField } from "../search/search-field.ts";
import { pendingMarks } from "../ui/pending-marks.ts";
import { toolParsers } from "./tool-params.ts";

const fields = [{ name: "server", about: "name of the MCP server" }] as const satisfies readonly SearchField[];

/** Narrows the list of tools; kept in the URL. */
export function ToolFilters(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(toolParsers, { shallow: false, history: "push", startTransition });
  const chips = [
    ...(params.server === null ? [] : [{ name: "server" as const, label: "Server", value: params.server }]),
    ...(params.q === null ? [] : [{ name: "q" as const, label: "Text", value: params.q }]),
  ];
  return (
    <div className="mb-3" {...pendingMarks(isPending)}>
      <SearchBox
        label="Search tools"
        placeholder="part of a tool's name, server:payments"
        fields={fields}
        onSearch={({ terms, text }) =>
          void setParams({
            ...(terms.server !== undefined && { server: terms.server.at(-1) ?? null }),
            ...(text !== undefined && { q: text }),
          })
        }
      />
      <FilterChips
        chips={chips}
        onRemove={({ name }) => void setParams({ [name]: null })}
        onClear={() => void setParams({ server: null, q: null })}
      />
    </div>
  );
}
