import Link from "next/link";
import type { ReactNode } from "react";
import { ToolName } from "../calls/call-columns.tsx";
import { callQuery } from "../calls/call-params.ts";
import { describeOperation, keySourceMeanings } from "../calls/operation-words.ts";
import { Pair, PAIRS_GRID } from "../calls/pair.tsx";
import { InertText } from "../inert/inert-text.tsx";
import { sessionHref } from "../scope/hrefs.ts";
import { Instant } from "../time/instant.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import type { OperationRow } from "./operation-row.ts";
import { OperationState } from "./operation-state.tsx";

const DAY_MS = 24 * 60 * 60_000;

/** What an operation is and what became of it. */
export function OperationFacts({ operation }: { operation: OperationRow }): ReactNode {
  const { project, id, claimedAtMs, settledAtMs, resolvedBy, resolvedReason, resolvedAtMs, principal, sessionId } =
    operation;
  return (
    <section aria-label="What it is">
      <h2 className="text-sm break-words">
        <ToolName serverName={operation.serverName} tool={operation.tool} />
      </h2>
      <div className="mt-1.5">
        <OperationState operation={operation} />
      </div>
      <p className="mt-2 rounded-md bg-raised px-3 py-2.5">{describeOperation(operation)}</p>
      <dl className={`${PAIRS_GRID} mt-3`}>
        <Pair name="Claimed">
          <Instant atMs={claimedAtMs} show="both" />
        </Pair>
        {settledAtMs === null ? null : (
          <Pair name={operation.state === "unknown" ? "Since" : "Settled"}>
            <Instant atMs={settledAtMs} show="both" />
          </Pair>
        )}
        {resolvedBy === null ? null : (
          <Pair name="Found out by">
            {resolvedBy === "hook" ? "the tool's reconcile hook" : <InertText text={resolvedBy} />}
            {resolvedAtMs === null ? null : (
              <>
                , <Instant atMs={resolvedAtMs} show="both" />
              </>
            )}
            {resolvedReason === null ? null : (
              <>
                : <InertText text={resolvedReason} max={1000} className="font-medium" />
              </>
            )}
          </Pair>
        )}
        {principal === null ? null : (
          <Pair name="Principal">
            <InertText text={principal} />
          </Pair>
        )}
        {sessionId === null ? null : (
          <Pair name="Session">
            <Link
              href={sessionHref({ project, sessionId })}
              prefetch={false}
              className="break-all text-accent hover:underline"
            >
              <InertText text={sessionId} max={80} />
            </Link>
          </Pair>
        )}
        <Pair name="Named by">{keySourceMeanings[operation.keySource ?? "none"]}</Pair>
        <Pair name="Id">
          <span className="flex flex-wrap items-baseline gap-x-3">
            <InertText text={id} max={80} className="font-mono text-xs break-all" />
            <CopyButton text={id} label="Copy id" />
            <Link
              href={`/calls${callQuery({ project, operation: id, from: claimedAtMs - DAY_MS, to: claimedAtMs + 30 * DAY_MS })}`}
              prefetch={false}
              className="inline-block py-0.5 text-accent hover:underline"
            >
              Its calls in the trail
            </Link>
          </span>
        </Pair>
      </dl>
    </section>
  );
}
