import type { ReactNode } from "react";
import { CallLink } from "../calls/call-link.tsx";
import { formatCount, formatRatio } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { Panel } from "../ui/panel.tsx";
import type { ParameterRows } from "./tool-row.ts";

/** Where agents get the arguments of a tool wrong, and what to write into its contract. */
export function ParametersPanel({
  project,
  rows,
  calls,
  looked,
  capped,
  others,
}: ParameterRows & {
  project: string;
  /** Of the tool in the window. */
  calls: number;
}): ReactNode {
  if (rows.length === 0) {
    return (
      <Panel title="Failing parameters">
        <p className="text-soft">No call of this time had invalid arguments.</p>
      </Panel>
    );
  }
  const most = rows[0]?.calls ?? 1;
  return (
    <Panel
      title="Failing parameters"
      aside={
        <span className="text-xs text-soft">
          {capped ? `of the newest ${formatCount(looked)} invalid calls` : `of ${formatCount(looked)} invalid calls`}
        </span>
      }
      flush
    >
      <ol aria-label="Failing parameters">
        {rows.map((row) => (
          <li key={row.path} className="border-t border-line/60 px-4 py-2">
            <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
              <InertText text={row.path || "(whole)"} max={160} className="font-mono text-xs font-medium break-all" />
              <span>
                fails in{" "}
                {capped ? null : (
                  <>
                    <b className="font-semibold">{formatRatio(row.calls, calls)}</b> of all calls,{" "}
                  </>
                )}
                <b className={capped ? "font-semibold" : "font-normal"}>{formatRatio(row.calls, looked)}</b>{" "}
                <span className="text-soft">
                  of the invalid ones, {formatCount(row.calls)} {row.calls === 1 ? "time" : "times"}
                </span>
              </span>
              <span className="text-xs text-soft">
                <InertText
                  text={row.codes.map(({ code, calls: count }) => `${code} ${formatCount(count)}`).join(", ")}
                />
              </span>
              <span className="ml-auto text-xs">
                <CallLink project={project} id={row.exampleCallId}>
                  an example
                </CallLink>
              </span>
            </div>
            <div aria-hidden className="mt-1.5 h-1.5 rounded-full bg-raised">
              <div
                className="h-full rounded-full"
                style={{ width: `${(row.calls / most) * 100}%`, backgroundColor: "var(--faulty)" }}
              />
            </div>
            {row.expected === null ? null : (
              <p className="mt-1.5 text-xs text-soft">
                Valid: <InertText text={row.expected} max={300} />
              </p>
            )}
            {row.advice === null ? null : (
              <p className="mt-1">
                <InertText text={row.advice} max={600} />
              </p>
            )}
          </li>
        ))}
      </ol>
      {others === 0 ? null : (
        <p className="border-t border-line/60 px-4 py-2 text-xs text-soft">
          And {formatCount(others)} {others === 1 ? "other place" : "other places"}, each with fewer.
        </p>
      )}
    </Panel>
  );
}
