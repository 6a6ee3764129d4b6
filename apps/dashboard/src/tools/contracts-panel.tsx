import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { TextDiff } from "../diff/text-diff.tsx";
import { formatCount } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { Instant } from "../time/instant.tsx";
import { Panel } from "../ui/panel.tsx";
import { ContractChoice } from "./contract-choice.tsx";
import { ContractText } from "./contract-text.tsx";
import type { ContractChange, ContractHistory, ContractRow } from "./contract-view.ts";

/** The contracts that a tool had, and what changed from one to another. */
export function ContractsPanel({ project, history }: { project: string; history: ContractHistory }): ReactNode {
  const { rows, shown, looked, capped } = history;
  if (shown === null) {
    return (
      <Panel title="Contract">
        <p className="text-soft">No contract of this tool is known: its server never listed it.</p>
      </Panel>
    );
  }
  const { hash, text, change } = shown;
  return (
    <Panel title={rows.length === 1 ? "Contract" : `Contracts (${rows.length})`} className="min-w-0">
      <ol aria-label="Contracts" className="mb-3 divide-y divide-line/60">
        {rows.map((row) => (
          <Contract key={row.hash} row={row} of={`${capped ? "the newest " : ""}${formatCount(looked)}`} />
        ))}
      </ol>
      {rows.length > 1 ? <ContractChoice rows={rows} before={change?.beforeHash ?? hash} after={hash} /> : null}
      {change === null ? (
        <ContractText project={project} hash={hash} first={text} />
      ) : (
        <>
          <Flags flags={change.flags} />
          <TextDiff
            key={`${change.beforeHash} ${hash}`}
            label="What changed in the contract"
            before={change.before}
            after={change.after}
          />
          {change.isCut ? (
            <p className="mt-1 text-xs text-soft">They go on: only their beginnings are compared.</p>
          ) : null}
          <details className="mt-3">
            <summary className="cursor-pointer text-soft hover:text-ink">The whole contract</summary>
            <div className="mt-2">
              <ContractText project={project} hash={hash} first={text} />
            </div>
          </details>
        </>
      )}
    </Panel>
  );
}

function Contract({ row, of }: { row: ContractRow; of: string }): ReactNode {
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 py-1.5">
      <span className={row.isInForce ? "font-semibold" : ""}>
        since <Instant atMs={row.firstSeenAtMs} />
      </span>
      {row.isInForce ? <span className="text-xs font-medium">in force</span> : null}
      {row.serverVersion === null ? null : (
        <span className="text-soft">
          version <InertText text={row.serverVersion} max={40} />
        </span>
      )}
      <span className="text-soft">
        {formatCount(row.calls)} of {of} calls
        {row.lastUsedAtMs === null ? null : (
          <>
            , last <Instant atMs={row.lastUsedAtMs} show="relative" />
          </>
        )}
      </span>
      <span className="font-mono text-xs text-soft">{row.hash.slice(0, 12)}</span>
    </li>
  );
}

function Flags({ flags }: Pick<ContractChange, "flags">): ReactNode {
  if (flags.length === 0) return null;
  return (
    <ul aria-label="What to know of the change" className="mb-2 space-y-0.5">
      {flags.map((flag) => (
        <li key={flag} className="flex gap-1.5">
          <TriangleAlert size={13} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          <InertText text={flag} max={300} />
        </li>
      ))}
    </ul>
  );
}
