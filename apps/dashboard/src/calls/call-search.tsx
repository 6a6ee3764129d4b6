"use client";

import { X } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useCallback, useTransition, type ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { outcomeStyleOf } from "../outcome-style.ts";
import { SearchBox } from "../search/search-box.tsx";
import {
  callParsers,
  callQuery,
  filterLabels,
  filterNames,
  filtersOf,
  withoutFilter,
  withSearch,
} from "./call-params.ts";
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
    <div className="min-w-0 flex-1" aria-busy={isPending}>
      <SearchBox
        label="Search calls"
        placeholder="outcome:denied tool:refund_order, or text of an error or an id"
        fields={callSearchFields}
        loadValues={loadValues}
        onSearch={(search) => void setParams(withSearch(params, search))}
        onRemoveLast={() => (last ? void setParams(withoutFilter(params, last)) : undefined)}
      />
      {filters.length > 0 ? (
        <ul aria-label="Filters" className="mt-2 flex flex-wrap items-center gap-1.5">
          {filters.map((filter) => (
            <li
              key={`${filter.name} ${filter.value}`}
              className="flex max-w-80 items-center gap-1 rounded-md bg-accent-soft py-0.5 pr-1 pl-2 text-xs"
            >
              <span className="text-soft">{filterLabels[filter.name]}</span>
              <InertText text={valueLabel(filter)} max={60} className="truncate font-medium" />
              <button
                type="button"
                aria-label={`Remove filter ${filterLabels[filter.name]} ${valueLabel(filter)}`}
                onClick={() => void setParams(withoutFilter(params, filter))}
                className="rounded-sm p-0.5 text-soft hover:text-ink"
              >
                <X size={12} aria-hidden />
              </button>
            </li>
          ))}
          <li>
            <button
              type="button"
              onClick={() => void setParams(Object.fromEntries(filterNames.map((name) => [name, null])))}
              className="px-1 text-xs font-medium text-accent hover:underline"
            >
              Clear all
            </button>
          </li>
        </ul>
      ) : null}
    </div>
  );
}

function valueLabel({ name, value }: ReturnType<typeof filtersOf>[number]): string {
  if (name === "outcome") return outcomeStyleOf(value).label;
  return name === "retry" ? labelOfRetry(value) : value;
}
