"use client";

import { clsx } from "clsx";
import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { formatCount } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { callParsers } from "./call-params.ts";
import type { Facet, FacetName } from "./facet.ts";
import { labelOfRetry } from "./retry-label.ts";

const SHOWN = 8;
/** Fewer than these are not worth folding away. */
const MIN_FOLDED = 3;

/** Values of one field with how many rows each would leave; a click adds or takes away the filter. */
export function FacetPanel({ facet }: { facet: Facet }): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(callParsers, { shallow: false, history: "push", startTransition });
  const selected: readonly string[] = params[facet.name];
  const toggle = (value: string): void => {
    const next = selected.includes(value) ? selected.filter((other) => other !== value) : [...selected, value];
    void setParams({ [facet.name]: next.length === 0 ? null : next });
  };
  const missing = selected.filter((value) => !facet.values.some((known) => known.value === value));
  const values = [...facet.values, ...missing.map((value) => ({ value, count: 0 }))];
  const shown = values.length < SHOWN + MIN_FOLDED ? values.length : SHOWN;
  const row = ({ value, count }: { value: string; count: number }): ReactNode => (
    <li key={value}>
      <button
        type="button"
        aria-pressed={selected.includes(value)}
        onClick={() => toggle(value)}
        className="flex w-full items-center gap-2 rounded-sm px-2 py-0.5 text-left hover:bg-raised aria-pressed:bg-accent-soft aria-pressed:font-medium"
      >
        <span className="min-w-0 flex-1 truncate">
          <FacetLabel name={facet.name} value={value} />
        </span>
        <span className="text-xs text-soft">{formatCount(count)}</span>
      </button>
    </li>
  );
  return (
    <section aria-label={facet.title} className={clsx("py-1.5", isPending && "opacity-60")}>
      <h2 className="px-2 pb-0.5 text-xs font-semibold text-soft">{facet.title}</h2>
      {values.length === 0 ? <p className="px-2 text-xs text-soft">none</p> : null}
      <ul>{values.slice(0, shown).map(row)}</ul>
      {values.length > shown ? (
        <details open={values.slice(shown).some(({ value }) => selected.includes(value))}>
          <summary className="px-2 py-1 text-xs text-accent">{values.length - shown} more</summary>
          <ul>{values.slice(shown).map(row)}</ul>
        </details>
      ) : null}
    </section>
  );
}

function FacetLabel({ name, value }: { name: FacetName; value: string }): ReactNode {
  if (name === "outcome") return <OutcomeMark outcome={value} />;
  if (name === "retry") return labelOfRetry(value);
  return <InertText text={value} max={80} />;
}
