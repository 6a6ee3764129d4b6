"use client";

import type { RetryKind } from "@tachograph/record";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { InertBlock } from "../inert/inert-block.tsx";
import { InertText } from "../inert/inert-text.tsx";
import { outcomeStyleOf } from "../outcome-style.ts";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { Instant } from "../time/instant.tsx";
import { ToolName } from "./call-columns.tsx";
import type { CallDetail, PayloadPart, PayloadView } from "./call-detail.ts";
import { CallFields } from "./call-fields.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { loadPayloadSlice } from "./load-calls.ts";
import { RetryChain } from "./retry-chain.tsx";
import { effectMeanings, retryClassMeanings } from "./retry-label.ts";

/** One call: what happened and why, what it repeats, what went in and came out, and every field. */
export function CallDetailView({
  detail,
  onOpenCall,
}: {
  detail: CallDetail;
  /** Shows another call in the same place; links lead to its page where not given. */
  onOpenCall?: (id: string) => void;
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
          <CopyButton text={call.id} label="Copy id" />
        </div>
      </div>

      <section aria-label="What happened" className="rounded-md bg-raised px-3 py-2.5">
        <p>{outcomeStyleOf(call.outcome).meaning}</p>
        <p className={call.effect === "unknown" ? "font-medium text-warn" : undefined}>{effectMeanings[call.effect]}</p>
        <p>{retryClassMeanings[call.retryClass]}</p>
        {mayHaveHappenedTwice(detail) ? (
          <p className="mt-1 flex items-center gap-1.5 font-medium text-warn">
            <TriangleAlert aria-hidden className="size-4 shrink-0" />
            Another attempt made this change too, or may have: it may have happened twice.
          </p>
        ) : null}
        <Why detail={detail} />
      </section>

      {detail.group.length > 1 ? (
        <Section title={`Attempts (${detail.group.length})`}>
          <RetryChain group={detail.group} currentId={call.id} onOpenCall={onOpenCall} />
        </Section>
      ) : null}

      <Payloads callId={call.id} payload={detail.payload} />

      {call.sessionId === null ? null : (
        <p>
          <Link
            href={`/sessions/${encodeURIComponent(call.sessionId)}?call=${call.id}`}
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
          <InertBlock label="Contract" first={detail.contract} loadMore={sliceLoader(call.id, "contract")} />
        </Section>
      )}
    </div>
  );
}

const sameIntent: ReadonlySet<RetryKind> = new Set(["redelivery", "keyed_retry", "model_retry", "repeat"]);

/** Whether the same changing call acted, or may have acted, in more than one of its attempts. */
function mayHaveHappenedTwice({ call, group }: CallDetail): boolean {
  if (call.mutability === "read" || call.effect === "none") return false;
  return group.some(
    (other) =>
      other.id !== call.id &&
      other.effect !== "none" &&
      ((other.retryOf === call.id && sameIntent.has(other.retryKind)) ||
        (call.retryOf === other.id && sameIntent.has(call.retryKind))),
  );
}

const sliceLoader = (callId: string, part: PayloadPart) => (offset: number) => loadPayloadSlice(callId, part, offset);

function Section({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-semibold text-soft">{title}</h3>
      {children}
    </section>
  );
}

function Why({ detail: { call } }: { detail: CallDetail }): ReactNode {
  const { rule, reason, errorCode, errorMessage, issues } = call;
  if (rule === null && reason === null && errorCode === null && errorMessage === null && !issues?.length) return null;
  return (
    <dl className="mt-2 grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1 border-t border-line-strong pt-2 break-words">
      {rule === null ? null : <Pair name="Rule" text={rule} />}
      {reason === null ? null : <Pair name="Reason" text={reason} />}
      {errorCode === null ? null : <Pair name="Error" text={errorCode} mono />}
      {errorMessage === null ? null : <Pair name="Message" text={errorMessage} />}
      {issues?.length ? (
        <>
          <dt className="text-soft">Issues</dt>
          <dd>
            <ul>
              {issues.map((issue, index) => (
                <li key={index} className="font-mono text-xs leading-5">
                  <InertText text={issue.path === "" ? "(whole)" : issue.path} />{" "}
                  <span className="text-soft">
                    <InertText text={issue.code} />
                  </span>
                </li>
              ))}
            </ul>
          </dd>
        </>
      ) : null}
    </dl>
  );
}

function Pair({ name, text, mono = false }: { name: string; text: string; mono?: boolean }): ReactNode {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd>
        <InertText text={text} max={1200} className={mono ? "font-mono text-xs" : undefined} />
      </dd>
    </>
  );
}

function Payloads({ callId, payload }: { callId: string; payload: PayloadView }): ReactNode {
  if (payload.access === "withheld") {
    return <p className="text-soft">Arguments and result are shown to auditors only.</p>;
  }
  if (payload.access === "missing") {
    return <p className="text-soft">Arguments and result are not stored: never captured, or erased since.</p>;
  }
  return (
    <>
      <Section title="Arguments">
        {payload.arguments === null ? (
          <p className="text-soft">None.</p>
        ) : (
          <InertBlock label="Arguments" first={payload.arguments} loadMore={sliceLoader(callId, "arguments")} />
        )}
      </Section>
      <Section title="Result">
        {payload.result === null ? (
          <p className="text-soft">None: the call did not get one.</p>
        ) : (
          <InertBlock label="Result" first={payload.result} loadMore={sliceLoader(callId, "result")} />
        )}
      </Section>
    </>
  );
}
