"use client";

import type { CallRecord } from "@tachograph/record";
import Link from "next/link";
import type { ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { operationHref } from "../scope/hrefs.ts";
import { Instant } from "../time/instant.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { callQuery } from "./call-params.ts";
import type { OperationView } from "./operation-view.ts";
import { describeOperation, keySourceMeanings, operationStateLabels } from "./operation-words.ts";
import { Pair, PAIRS_GRID } from "./pair.tsx";

const DAY_MS = 24 * 60 * 60_000;

/** The operation that a call belongs to: what became of it, and what makes its deliveries one. */
export function OperationSection({
  call,
  operation,
}: {
  call: CallRecord;
  /** Null where the ledger keeps it no longer. */
  operation: OperationView | null;
}): ReactNode {
  const id = operation?.id ?? call.operationId;
  if (id === null) return null;
  const isOwn = id === call.operationId;
  return (
    <section aria-labelledby="operation-title">
      <h3 id="operation-title" className="mb-1.5 text-xs font-semibold text-soft">
        {isOwn ? "Operation" : "Operation that it waits for"}
      </h3>
      <p className={operation?.state === "unknown" || operation?.isAbandoned ? "font-medium text-warn" : undefined}>
        {operation === null
          ? "What became of it is not kept any more: only its calls are."
          : describeOperation(operation)}
      </p>
      <dl className={`${PAIRS_GRID} mt-1.5`}>
        {operation === null ? null : (
          <Pair name="State">
            {operationStateLabels[operation.state]}
            {operation.settledAtMs === null ? null : (
              <>
                {operation.state === "unknown" ? " since " : ", "}
                <Instant atMs={operation.settledAtMs} />
                {operation.isLate ? ", after it had been taken for unknown" : ""}
              </>
            )}
          </Pair>
        )}
        {operation?.resolvedBy == null ? null : (
          <Pair name="Found out by">
            {operation.resolvedBy === "hook" ? "the tool's reconcile hook" : <InertText text={operation.resolvedBy} />}
            {operation.resolvedReason === null ? null : (
              <>
                : <InertText text={operation.resolvedReason} max={600} />
              </>
            )}
          </Pair>
        )}
        {operation?.retryAtMs == null ? null : (
          <Pair name="Try again">
            from <Instant atMs={operation.retryAtMs} />
          </Pair>
        )}
        {isOwn ? <Pair name="Named by">{keySourceMeanings[call.keySource ?? "none"]}</Pair> : null}
        <Pair name="Id">
          <span className="flex flex-wrap items-baseline gap-x-3">
            <InertText text={id} max={16} className="font-mono text-xs" />
            <CopyButton text={id} label="Copy operation id" />
            {operation === null ? null : (
              <Link
                href={operationHref({ project: call.project, id })}
                prefetch={false}
                className="inline-block py-0.5 text-accent hover:underline"
              >
                {operation.state === "unknown" ? "Find out what became of it" : "Show it"}
              </Link>
            )}
            <Link
              href={`/calls${callQuery({ project: call.project, operation: id, from: call.startedAt - DAY_MS, to: call.startedAt + DAY_MS })}`}
              prefetch={false}
              className="inline-block py-0.5 text-accent hover:underline"
            >
              All its calls
            </Link>
          </span>
        </Pair>
      </dl>
    </section>
  );
}
