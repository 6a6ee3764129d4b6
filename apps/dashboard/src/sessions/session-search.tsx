"use client";

import { useQueryStates } from "nuqs";
import { useCallback, useTransition, type ReactNode } from "react";
import { FilterChips } from "../search/filter-chips.tsx";
import { withoutFilter, withSearch } from "../search/filters.ts";
import { SearchBox } from "../search/search-box.tsx";
import { pendingMarks } from "../ui/pending-marks.ts";
import { loadSessionFieldValues } from "./load-sessions.ts";
import {
  labelOfSignal,
  sessionFilterLabels,
  sessionFilterNames,
  sessionFiltersOf,
  sessionParsers,
  sessionQuery,
  sessionSearchFields,
} from "./session-params.ts";

/** The search box and the filters in force; kept in the URL. */
export function SessionSearch(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(sessionParsers, { shallow: false, history: "push", startTransition });
  const query = sessionQuery(params);
  const loadValues = useCallback(
    (field: string, typed: string) => loadSessionFieldValues(query, field, typed),
    [query],
  );
  const filters = sessionFiltersOf(params);
  const last = filters.at(-1);
  return (
    <div className="min-w-0 flex-1" {...pendingMarks(isPending)}>
      <SearchBox
        label="Search sessions"
        placeholder="client:claude-code only:denials, or part of a session id"
        fields={sessionSearchFields}
        loadValues={loadValues}
        onSearch={(search) => void setParams(withSearch(params, search))}
        onRemoveLast={() => (last ? void setParams(withoutFilter(params, last)) : undefined)}
      />
      <FilterChips
        chips={filters.map((filter) => ({
          ...filter,
          label: sessionFilterLabels[filter.name],
          valueLabel: filter.name === "only" ? labelOfSignal(filter.value) : filter.value,
        }))}
        onRemove={(filter) => void setParams(withoutFilter(params, filter))}
        onClear={() => void setParams(Object.fromEntries(sessionFilterNames.map((name) => [name, null])))}
      />
    </div>
  );
}
