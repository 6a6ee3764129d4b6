"use client";

import type { CallRecord } from "@tachograph/record";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { InertBlock } from "../inert/inert-block.tsx";
import { outcomeStyleOf } from "../outcome-style.ts";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { sessionHref } from "../scope/hrefs.ts";
import { Instant } from "../time/instant.tsx";
import { ToolName } from "./call-columns.tsx";
import type { CallDetail, PayloadPart, PayloadView } from "./call-detail.ts";
import { CallFields } from "./call-fields.tsx";
import { CallLink } from "./call-link.tsx";
import { CompareAttempts } from "./compare-attempts.tsx";
import { CopyMenu } from "./copy-menu.tsx";
import { mayHaveHappenedTwice } from "./happened-twice.ts";
import { loadPayloadSlice } from "./load-calls.ts";
import { OperationSection } from "./operation-section.tsx";
import { describeEffect, relationToOriginal } from "./operation-words.ts";
import { PayloadGate, PayloadReasonNote } from "./payload-gate.tsx";
import { RetryChain } from "./retry-chain.tsx";
import { retryClassMeanings } from "./retry-label.ts";
import { Why } from "./why.tsx";

/** One call: what happened and why, what it repeats, what went in and came out, and every field. */
export function CallDetailView({
  detail,
  onOpenCall,
  onReload,
}: {
  detail: CallDetail;
  /** Shows another call in the same place; links lead to its page where not given. */
  onOpenCall?: (id: string) => void;
  /** Reads this call anew; the page is read anew where not given. */
  onReload?: () => void;
}): ReactNode {
  const { call } = detail;
  return (
    <div className="space-y-5">
      <div>
        <h2 className="text-sm break-words">
          <ToolName serverName={call.serverName} tool={call.tool} />
        </h2>
        <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="font-medium">
            <OutcomeMark outcome={call.outcome} />
          </span>
          <Instant atMs={call.startedAt} show="both" className="text-soft" />
          <CopyMenu call={call} canSeePayloads={detail.payload.access === "shown"} />
        </div>
      </div>

      <WhatHappened detail={detail} onOpenCall={onOpenCall} />

      <OperationSection call={call} operation={detail.operation} />

      {detail.group.length > 1 ? (
        <Section title={`Attempts and duplicates (${detail.group.length})`}>
          <RetryChain
            group={detail.group}
            currentId={call.id}
            executedBy={detail.operation?.executedBy}
            onOpenCall={onOpenCall}
          />
          <Compare detail={detail} />
        </Section>
      ) : null}

      <Payloads call={call} payload={detail.payload} onReload={onReload} />

      {call.sessionId === null ? null : (
        <p>
          <Link
            href={sessionHref({ project: call.project, sessionId: call.sessionId, callId: call.id })}
            prefetch={false}
            className="font-medium text-accent hover:underline"
          >
            Show it in its session
          </Link>
        </p>
      )}

      <CallFields call={call} recordedAtMs={detail.recordedAtMs} />

      {detail.contract === null ? null : (
        <Section title="Contract in force">
          <InertBlock label="Contract" first={detail.contract} loadMore={sliceLoader(call, "contract")} />
        </Section>
      )}
    </div>
  );
}

function Compare({ detail: { call, group } }: { detail: CallDetail }): ReactNode {
  const own = group.find(({ id }) => id === call.id);
  return own === undefined ? null : <CompareAttempts call={own} group={group} />;
}

/** How it ended, and what that means, in sentences. */
function WhatHappened({
  detail,
  onOpenCall,
}: {
  detail: CallDetail;
  onOpenCall: ((id: string) => void) | undefined;
}): ReactNode {
  const { call, operation, original, group } = detail;
  const effect = describeEffect(call, operation);
  const [before, after] = relationToOriginal(call);
  return (
    <section aria-label="What happened" className="rounded-md bg-raised px-3 py-2.5">
      {original === null ? (
        <p>{outcomeStyleOf(call.outcome).meaning}</p>
      ) : (
        <p>
          {before}
          <CallLink project={original.project} id={original.id} onOpenCall={onOpenCall} inText>
            the call of <Instant atMs={original.startedAtMs} show="time" />
          </CallLink>
          {after}
        </p>
      )}
      <p className={effect.isOpen ? "font-medium text-warn" : undefined}>{effect.text}</p>
      {effect.isFoundOut ? null : <p>{retryClassMeanings[call.retryClass]}</p>}
      {mayHaveHappenedTwice(call, group) ? (
        <p className="mt-1 flex items-center gap-1.5 font-medium text-warn">
          <TriangleAlert aria-hidden className="size-4 shrink-0" />
          Another attempt made this change too, or may have: it may have happened twice.
        </p>
      ) : null}
      <Why call={call} />
    </section>
  );
}

const sliceLoader =
  ({ project, id }: CallRecord, part: PayloadPart) =>
  (offset: number) =>
    loadPayloadSlice({ project, id }, part, offset);

function Section({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-semibold text-soft">{title}</h3>
      {children}
    </section>
  );
}

function Payloads({
  call,
  payload,
  onReload,
}: {
  call: CallRecord;
  payload: PayloadView;
  onReload: (() => void) | undefined;
}): ReactNode {
  if (payload.access === "withheld") {
    return (
      <p className="text-soft">
        Arguments and result are shown to auditors of this project only, for a reason that they give.
      </p>
    );
  }
  if (payload.access === "closed") return <PayloadGate project={call.project} onChange={onReload} />;
  if (payload.access === "missing") {
    return <p className="text-soft">Arguments and result are not stored: never captured, or erased since.</p>;
  }
  return (
    <>
      <PayloadReasonNote project={call.project} reason={payload.reason} onChange={onReload} />
      <Section title="Arguments">
        {payload.arguments === null ? (
          <p className="text-soft">None.</p>
        ) : (
          <InertBlock label="Arguments" first={payload.arguments} loadMore={sliceLoader(call, "arguments")} />
        )}
      </Section>
      <Section title="Result">
        {payload.result === null ? (
          <p className="text-soft">None: the call did not get one.</p>
        ) : (
          <InertBlock label="Result" first={payload.result} loadMore={sliceLoader(call, "result")} />
        )}
      </Section>
    </>
  );
}
