"use client";

import { Search, X } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useRef, useTransition, type ReactNode, type SubmitEvent } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { sessionParsers, sessionSignals, signalLabels } from "./session-params.ts";

const textFilters = { client: "Client", principal: "Principal", server: "Server", q: "Text" } as const;
type TextFilter = keyof typeof textFilters;
const textFilterNames = Object.keys(textFilters) as TextFilter[];

/** Narrows the list of sessions; kept in the URL. */
export function SessionFilters(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(sessionParsers, { shallow: false, history: "push", startTransition });
  const input = useRef<HTMLInputElement>(null);

  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = input.current?.value.trim() ?? "";
    const [, field, value] = /^(client|principal|server):(.+)$/.exec(text) ?? [];
    void setParams(field ? { [field]: value?.trim() } : { q: text === "" ? null : text });
    if (input.current) input.current.value = "";
  };

  return (
    <div className="mb-3 flex flex-wrap items-center gap-2" aria-busy={isPending}>
      <form onSubmit={submit} role="search" className="relative min-w-52 flex-1">
        <Search size={14} aria-hidden className="absolute top-1/2 left-2.5 -translate-y-1/2 text-soft" />
        <input
          ref={input}
          type="search"
          aria-label="Search sessions"
          placeholder="session id, client:claude-code, server:payments"
          className="w-full rounded-md border border-line bg-surface py-1.5 pr-3 pl-8 placeholder:text-soft"
        />
      </form>
      <div role="group" aria-label="Only sessions" className="flex flex-wrap gap-1.5">
        {sessionSignals.map((signal) => (
          <button
            key={signal}
            type="button"
            aria-pressed={params.only === signal}
            onClick={() => void setParams({ only: params.only === signal ? null : signal })}
            className="rounded-md border border-line bg-surface px-2.5 py-1 text-xs font-medium text-soft hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
          >
            {signalLabels[signal]}
          </button>
        ))}
      </div>
      <ul aria-label="Filters" className="flex flex-wrap gap-1.5 empty:hidden">
        {textFilterNames.map((name) => {
          const text = params[name];
          return text === null ? null : (
            <li key={name} className="flex items-center gap-1 rounded-md bg-accent-soft py-0.5 pr-1 pl-2 text-xs">
              <span className="text-soft">{textFilters[name]}</span>
              <InertText text={text} max={60} className="font-medium" />
              <button
                type="button"
                aria-label={`Remove filter ${textFilters[name]}`}
                onClick={() => void setParams({ [name]: null })}
                className="rounded-sm p-0.5 text-soft hover:text-ink"
              >
                <X size={12} aria-hidden />
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
