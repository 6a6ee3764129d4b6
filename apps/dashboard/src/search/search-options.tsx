import { clsx } from "clsx";
import { useEffect, useRef, type ReactNode } from "react";
import { formatCount } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";

export interface SearchOption {
  value: string;
  /** Rows that have it. */
  count?: number;
  about?: string;
  isField?: boolean;
}

/** What can be put at the caret of a {@link SearchBox}. */
export function SearchOptions({
  id,
  options,
  active,
  onChoose,
}: {
  id: string;
  options: readonly SearchOption[];
  /** Index of the one that Enter takes; -1 for none. */
  active: number;
  onChoose: (option: SearchOption) => void;
}): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul
      ref={list}
      id={id}
      role="listbox"
      aria-label="Completions"
      className="absolute top-full left-0 z-20 mt-1 max-h-80 w-full max-w-xl overflow-y-auto rounded-md border border-line-strong bg-surface py-1 shadow-lg"
    >
      {options.map((option, index) => (
        <li
          key={option.value}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // Not a click: the box must not lose the focus in between.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(option);
          }}
          className={clsx("flex cursor-pointer items-baseline gap-3 px-3 py-1", index === active && "bg-accent-soft")}
        >
          <span className="min-w-0 truncate font-medium">
            <InertText text={option.value} max={80} />
            {option.isField ? <span className="text-soft">:</span> : null}
          </span>
          {option.about === undefined ? null : (
            <span className="min-w-0 flex-1 truncate text-xs text-soft">{option.about}</span>
          )}
          {option.count === undefined ? null : (
            <span className="ml-auto text-xs text-soft">{formatCount(option.count)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
