import { clsx } from "clsx";
import type { ReactNode } from "react";
import type { FacetValue } from "../calls/facet.ts";
import { formatCount } from "../format.ts";
import { pendingMarks } from "../ui/pending-marks.ts";

const SHOWN = 8;
/** Fewer than these are not worth folding away. */
const MIN_FOLDED = 3;

/** Values of one field with how many rows each would leave; what is chosen stays in sight, also where it leaves none. */
export function FacetValues({
  title,
  values: counted,
  ofNewest = null,
  selected,
  isPending,
  labelOf,
  onToggle,
}: {
  title: string;
  /** Most frequent first. */
  values: readonly FacetValue[];
  /** Where only the newest rows were counted: how many. @defaultValue all of them were */
  ofNewest?: number | null;
  selected: readonly string[];
  isPending: boolean;
  labelOf: (value: string) => ReactNode;
  onToggle: (value: string) => void;
}): ReactNode {
  const missing = selected.filter((value) => !counted.some((known) => known.value === value));
  const values = [...counted, ...missing.map((value) => ({ value, count: 0 }))];
  const shown = values.length < SHOWN + MIN_FOLDED ? values.length : SHOWN;
  const row = ({ value, count }: FacetValue): ReactNode => (
    <li key={value}>
      <button
        type="button"
        aria-pressed={selected.includes(value)}
        onClick={() => onToggle(value)}
        className="flex w-full items-center gap-2 rounded-sm px-2 py-0.5 text-left hover:bg-raised aria-pressed:bg-accent-soft aria-pressed:font-medium"
      >
        <span className="min-w-0 flex-1 truncate">{labelOf(value)}</span>
        <span className="text-xs text-soft">{formatCount(count)}</span>
      </button>
    </li>
  );
  return (
    <section aria-label={title} {...pendingMarks(isPending)} className={clsx("py-1.5", isPending && "opacity-60")}>
      <h2 className="px-2 pb-0.5 text-xs font-semibold text-soft">
        {title}
        {ofNewest === null ? null : <span className="font-normal"> of the newest {formatCount(ofNewest)}</span>}
      </h2>
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

/** The list with a value in it, or without it where it was there; null where nothing is left. */
export function toggled(selected: readonly string[], value: string): string[] | null {
  const next = selected.includes(value) ? selected.filter((other) => other !== value) : [...selected, value];
  return next.length === 0 ? null : next;
}
