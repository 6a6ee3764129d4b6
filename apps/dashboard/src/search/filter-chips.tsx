"use client";

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";

/** A filter in force. */
export interface Chip<Name extends string> {
  name: Name;
  /** What the field is called. */
  label: string;
  value: string;
  /** What the value is called. @defaultValue `value` */
  valueLabel?: string;
}

/** The filters in force, each of which can be taken away. Nothing where there is none. */
export function FilterChips<Name extends string>({
  chips,
  onRemove,
  onClear,
}: {
  chips: readonly Chip<Name>[];
  onRemove: (chip: Chip<Name>) => void;
  onClear: () => void;
}): ReactNode {
  if (chips.length === 0) return null;
  return (
    <ul aria-label="Filters" className="mt-2 flex flex-wrap items-center gap-1.5">
      {chips.map((chip) => (
        <li
          key={`${chip.name} ${chip.value}`}
          className="flex max-w-80 items-center gap-1 rounded-md bg-accent-soft py-0.5 pr-1 pl-2 text-xs"
        >
          <span className="text-soft">{chip.label}</span>
          <InertText text={chip.valueLabel ?? chip.value} max={60} className="truncate font-medium" />
          <button
            type="button"
            aria-label={`Remove filter ${chip.label} ${chip.valueLabel ?? chip.value}`}
            onClick={() => onRemove(chip)}
            className="rounded-sm p-0.5 text-soft hover:text-ink"
          >
            <X size={12} aria-hidden />
          </button>
        </li>
      ))}
      <li>
        <button type="button" onClick={onClear} className="px-1 text-xs font-medium text-accent hover:underline">
          Clear all
        </button>
      </li>
    </ul>
  );
}
