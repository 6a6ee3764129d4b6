import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";
import type { SearchFault } from "./search-field.ts";

/** What of a search was not understood: shown where it stands, with what can be written instead. */
export function SearchFaults({
  id,
  text,
  faults,
  onMend,
}: {
  id: string;
  text: string;
  faults: readonly SearchFault[];
  onMend: (text: string) => void;
}): ReactNode {
  return (
    <div id={id} role="alert" className="mt-2 rounded-md bg-warn-soft px-3 py-2">
      {faults.map((fault) => (
        <div key={fault.start} className="not-first:mt-2">
          <p className="flex gap-2">
            <TriangleAlert size={14} aria-hidden className="mt-0.5 shrink-0 text-warn" />
            <span className="min-w-0 break-words">
              <span className="font-mono text-xs">
                <InertText text={text.slice(0, fault.start)} className="text-soft" />
                <mark className="bg-transparent font-semibold text-warn underline decoration-wavy underline-offset-4">
                  <InertText text={text.slice(fault.start, fault.end)} />
                </mark>
                <InertText text={text.slice(fault.end)} className="text-soft" />
              </span>
              <br />
              {fault.message}
            </span>
          </p>
          {fault.instead.length > 0 ? (
            <p className="mt-1 flex flex-wrap items-center gap-2 pl-[1.4rem] text-xs">
              <span className="text-soft">Did you mean</span>
              {fault.instead.map((instead) => (
                <button
                  key={instead}
                  type="button"
                  onClick={() => onMend(text.slice(0, fault.start) + instead + text.slice(fault.end))}
                  className="rounded-sm border border-line-strong bg-surface px-1.5 py-0.5 font-mono hover:border-accent"
                >
                  <InertText text={instead} max={80} />
                </button>
              ))}
            </p>
          ) : null}
        </div>
      ))}
    </div>
  );
}
