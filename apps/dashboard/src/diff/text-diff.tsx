"use client";

import { clsx } from "clsx";
import { useMemo, useState, type ReactNode } from "react";
import { InertSegments } from "../inert/inert-text.tsx";
import { diffLines, type DiffLine } from "./line-diff.ts";

const signs = { same: " ", removed: "−", added: "+" } as const;
const told = { removed: "removed: ", added: "added: " } as const;
const SHOWN_LINES = 400;

/** Two texts from outside as one: what went, what came, and what stayed the same around it. */
export function TextDiff({ label, before, after }: { label: string; before: string; after: string }): ReactNode {
  const { lines, isSame, isWhole } = useMemo(() => diffLines(before, after), [before, after]);
  const [shown, setShown] = useState(SHOWN_LINES);
  if (isSame) return <p className="text-soft">The same in both.</p>;
  return (
    <div className="rounded-md border border-line bg-canvas">
      {isWhole ? (
        <p className="border-b border-line px-3 py-1.5 text-xs text-soft">
          The two have too little in common to be compared line by line.
        </p>
      ) : null}
      <div
        role="region"
        aria-label={label}
        tabIndex={0}
        dir="ltr"
        className="max-h-[28rem] overflow-auto py-2 font-mono text-xs leading-5 [contain:paint]"
      >
        {lines.slice(0, shown).map((line, index) => (
          <DiffRow key={index} line={line} />
        ))}
      </div>
      {lines.length > shown ? (
        <p className="border-t border-line px-3 py-1.5 text-xs">
          <button
            type="button"
            onClick={() => setShown(shown + SHOWN_LINES)}
            className="font-medium text-accent hover:underline"
          >
            {lines.length - shown} more lines
          </button>
        </p>
      ) : null}
    </div>
  );
}

function DiffRow({ line }: { line: DiffLine }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  if (line.kind === "folded" && !isOpen) {
    return (
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="block w-full bg-raised px-3 text-left text-soft hover:text-ink"
      >
        ⋯ {line.lines.length} lines that are the same
      </button>
    );
  }
  if (line.kind === "folded") {
    return line.lines.map((text, index) => <DiffRow key={index} line={{ kind: "same", text }} />);
  }
  const isSame = line.kind === "same";
  return (
    <div
      className={clsx(
        "grid grid-cols-[1.5rem_minmax(0,1fr)] px-1.5",
        line.kind === "removed" && "bg-removed-soft",
        line.kind === "added" && "bg-added-soft",
      )}
    >
      <span aria-hidden className="text-center text-soft select-none">
        {signs[line.kind]}
      </span>
      <span className="break-words whitespace-pre-wrap">
        {line.kind === "same" ? null : <span className="sr-only">{told[line.kind]}</span>}
        {isSame ? (
          <InertSegments text={line.text} />
        ) : (
          line.pieces.map((piece, index) =>
            piece.isChanged && line.pieces.length > 1 ? (
              <b key={index} className="rounded-xs font-semibold underline decoration-2 underline-offset-2">
                <InertSegments text={piece.text} />
              </b>
            ) : (
              <InertSegments key={index} text={piece.text} />
            ),
          )
        )}
      </span>
    </div>
  );
}
