"use client";

import { Search, X } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useEffect, useRef, useTransition, type ReactNode, type SubmitEvent } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { callParsers, filterLabels, filterNames, type FilterName } from "./call-params.ts";
import { parseSearch } from "./search-grammar.ts";

/** The search box and the filters in force. */
export function CallSearch(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(callParsers, { shallow: false, history: "push", startTransition });
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.target instanceof HTMLInputElement || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const box = input.current;
    if (!box) return;
    void setParams(parseSearch(box.value, params));
    box.value = "";
  };
  const chips = filterNames.flatMap((name) => {
    const value = params[name];
    if (value === null) return [];
    return (Array.isArray(value) ? value : [value]).map((text: string) => ({ name, text }));
  });
  const remove = (name: FilterName, text: string): void => {
    const value = params[name];
    const rest = Array.isArray(value) ? value.filter((other) => other !== text) : [];
    void setParams({ [name]: rest.length === 0 ? null : rest });
  };

  return (
    <div className="min-w-0 flex-1" aria-busy={isPending}>
      <form onSubmit={submit} role="search" className="relative">
        <Search size={14} aria-hidden className="absolute top-1/2 left-2.5 -translate-y-1/2 text-soft" />
        <input
          ref={input}
          type="search"
          aria-label="Search calls"
          placeholder="outcome:denied tool:refund_order, or text of an error, a tool or an id"
          className="w-full rounded-md border border-line bg-surface py-1.5 pr-3 pl-8 placeholder:text-soft"
        />
      </form>
      {chips.length > 0 ? (
        <ul aria-label="Filters" className="mt-2 flex flex-wrap items-center gap-1.5">
          {chips.map(({ name, text }) => (
            <li
              key={`${name} ${text}`}
              className="flex max-w-80 items-center gap-1 rounded-md bg-accent-soft py-0.5 pr-1 pl-2 text-xs"
            >
              <span className="text-soft">{filterLabels[name]}</span>
              <InertText text={text} max={60} className="truncate font-medium" />
              <button
                type="button"
                aria-label={`Remove filter ${filterLabels[name]}`}
                onClick={() => remove(name, text)}
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
