"use client";

import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { contractParsers } from "./contract-params.ts";
import type { ContractRow } from "./contract-view.ts";

/** Which two contracts are compared; kept in the URL. `before` and `after` are what is shown without a choice. */
export function ContractChoice({
  rows,
  before,
  after,
}: {
  rows: readonly ContractRow[];
  before: string;
  after: string;
}): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [chosen, setChosen] = useQueryStates(contractParsers, { shallow: false, history: "push", startTransition });
  // The next choice may come before what the last one asked for.
  const current = { before: chosen.before ?? before, after: chosen.after ?? after };
  const choice = (label: string, name: keyof typeof contractParsers): ReactNode => (
    <label className="flex min-w-0 items-center gap-2">
      {label}
      <select
        value={current[name]}
        onChange={(event) => void setChosen({ ...current, [name]: event.target.value })}
        className="min-w-0 rounded-md border border-line bg-surface px-2 py-1"
      >
        {rows.map((row) => (
          <option key={row.hash} value={row.hash}>
            {nameOf(row)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div className="mb-2 flex flex-wrap items-center gap-2" aria-busy={isPending}>
      {choice("What changed from", "before")}
      {choice("to", "after")}
    </div>
  );
}

const nameOf = ({ firstSeenAtMs, hash }: ContractRow): string =>
  `${new Date(firstSeenAtMs).toISOString().slice(0, 16).replace("T", " ")} UTC, ${hash.slice(0, 8)}`;
