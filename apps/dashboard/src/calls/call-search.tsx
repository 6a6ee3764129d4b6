"use client";

import { useQueryStates } from "nuqs";
import { useCallback, useTransition, type ReactNode } from "react";
import { outcomeStyleOf } from "../outcome-style.ts";
import { FilterChips } from "../search/filter-chips.tsx";
import { withoutFilter, withSearch } from "../search/filters.ts";
import { SearchBox } from "../search/search-box.tsx";
import { pendingMarks } from "../ui/pending-marks.ts";
import { callParsers, callQuery, filterLabels, filterNames, filtersOf } from "./call-params.ts";
import { callSearchFields } from "./call-search-fields.ts";
import { loadFieldValues } from "./load-calls.ts";
import { labelOfRetry } from "./retry-label.ts";

/** The search box and the filters in force. */
export function CallSearch(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(callParsers, { shallow: false, history: "push", startTransition });
  const query = callQuery(params);
  const loadValues = useCallback((field: string, prefix: string) => loadFieldValues(query, field, prefix), [query]);
  const filters = filtersOf(params);
  const last = filters.at(-1);
  return (
    <div className="min-w-0 flex-1" {...pendingMarks(isPending)}>
      <SearchBox
        label="Search calls"
        placeholder="outcome:denied tool:refund_order, or text of an error or an id"
        fields={callSearchFields}
        loadValues={loadValues}
        onSearch={(search) => void setParams(withSearch(params, search))}
        onRemoveLast={() => (last ? void setParams(withoutFilter(params, last)) : undefined)}
      />
      <FilterChips
        chips={filters.map((filter) => ({
          ...filter,
          label: filterLabels[filter.name],
          valueLabel: valueLabel(filter),
        }))}
        onRemove={(filter) => void setParams(withoutFilter(params, filter))}
        onClear={() => void setParams(Object.fromEntries(filterNames.map((name) => [name, null])))}
      />
    </div>
  );
}

function valueLabel({ name, value }: ReturnType<typeof filtersOf>[number]): string {
  if (name === "outcome") return outcomeStyleOf(value).label;
  return name === "retry" ? labelOfRetry(value) : value;
}
