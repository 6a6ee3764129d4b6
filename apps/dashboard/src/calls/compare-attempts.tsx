"use client";

import { useState, useTransition, type ReactNode } from "react";
import { TextDiff } from "../diff/text-diff.tsx";
import { formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { Instant } from "../time/instant.tsx";
import type { CallRow } from "./call-row.ts";
import { loadPayloadTexts } from "./load-calls.ts";
import type { PayloadTexts } from "./call-detail.ts";

/** What one attempt did otherwise than another one: how they ended, what went in, what came out. */
export function CompareAttempts({
  call,
  group,
}: {
  call: CallRow;
  /** The attempts of its group, oldest first, itself included. */
  group: readonly CallRow[];
}): ReactNode {
  const others = group.filter(({ id }) => id !== call.id);
  const usual = others.find(({ id }) => id === call.retryOf) ?? others.findLast(({ id }) => id < call.id) ?? others[0];
  const [otherId, setOtherId] = useState(usual?.id);
  const [texts, setTexts] = useState<{ of: string; both: [PayloadTexts | null, PayloadTexts | null] }>();
  const [failed, setFailed] = useState(false);
  const [isLoading, startLoading] = useTransition();
  const other = others.find(({ id }) => id === otherId);
  if (other === undefined) return null;
  const [before, after] = other.id < call.id ? [other, call] : [call, other];
  const pair = `${before.id} ${after.id}`;
  const load = (): void => {
    startLoading(async () => {
      const keyOf = ({ project, id }: CallRow) => ({ project, id });
      try {
        const both = await Promise.all([loadPayloadTexts(keyOf(before)), loadPayloadTexts(keyOf(after))]);
        setTexts({ of: pair, both });
        setFailed(false);
      } catch {
        setFailed(true);
      }
    });
  };
  const loaded = texts?.of === pair ? texts.both : undefined;
  return (
    <details className="mt-2 rounded-md border border-line">
      <summary className="px-3 py-1.5 font-medium">What differs between two attempts</summary>
      <div className="space-y-3 border-t border-line px-3 py-3">
        {others.length > 1 ? (
          <label className="flex flex-wrap items-center gap-2">
            Compare with
            <select
              value={otherId}
              onChange={(event) => setOtherId(event.target.value)}
              className="rounded-md border border-line bg-surface px-2 py-1"
            >
              {others.map((one) => (
                <option key={one.id} value={one.id}>
                  attempt {one.attempt}, {new Date(one.startedAtMs).toISOString().slice(11, 23)} UTC, {one.outcome}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <RowDifferences before={before} after={after} />
        {loaded === undefined ? (
          <button
            type="button"
            onClick={load}
            disabled={isLoading}
            className="font-medium text-accent hover:underline disabled:opacity-60"
          >
            {failed ? "They could not be read. Try again" : "Compare arguments and results"}
          </button>
        ) : (
          <PayloadDifferences before={loaded[0]} after={loaded[1]} />
        )}
      </div>
    </details>
  );
}

function RowDifferences({ before, after }: { before: CallRow; after: CallRow }): ReactNode {
  const texts = (call: CallRow): readonly (readonly [name: string, value: string | null])[] => [
    ["Effect", call.effect],
    ["Error", call.errorCode],
    ["Message", call.errorMessage],
    ["Rule", call.rule],
    ["Reason", call.reason],
    ["Principal", call.principal],
    ["Client", call.clientName],
    ["Session", call.sessionId],
  ];
  const now = texts(after);
  const changed = texts(before).flatMap(([name, value], index) => {
    const other = now[index]?.[1] ?? null;
    return other === value ? [] : [{ name, value, other }];
  });
  const cell = (text: string | null): ReactNode =>
    text === null ? <span className="text-soft">–</span> : <InertText text={text} max={600} />;
  return (
    <table className="w-full table-fixed text-left [&_td]:py-0.5 [&_td]:pr-3 [&_td]:align-top [&_td]:break-words [&_th]:pr-3 [&_th]:align-top [&_th]:font-normal [&_th]:text-soft">
      <colgroup>
        <col className="w-20" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">
            <span className="sr-only">Field</span>
          </th>
          <th scope="col">
            Attempt {before.attempt}, <Instant atMs={before.startedAtMs} show="time" />
          </th>
          <th scope="col">
            Attempt {after.attempt}, <Instant atMs={after.startedAtMs} show="time" />
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Outcome</th>
          <td>
            <OutcomeMark outcome={before.outcome} />
          </td>
          <td>
            <OutcomeMark outcome={after.outcome} />
          </td>
        </tr>
        <tr>
          <th scope="row">Duration</th>
          <td>{formatDuration(before.durationUs)}</td>
          <td>{formatDuration(after.durationUs)}</td>
        </tr>
        {changed.map(({ name, value, other }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{cell(value)}</td>
            <td>{cell(other)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PayloadDifferences({ before, after }: { before: PayloadTexts | null; after: PayloadTexts | null }): ReactNode {
  if (before === null || after === null) {
    return <p className="text-soft">Arguments and results are not stored for both, or not shown to you.</p>;
  }
  return (
    <>
      {(["arguments", "result"] as const).map((part) => (
        <section key={part}>
          <h4 className="mb-1 text-xs font-semibold text-soft">{part === "arguments" ? "Arguments" : "Result"}</h4>
          <TextDiff
            label={`What differs in the ${part}`}
            before={before[part] ?? "none"}
            after={after[part] ?? "none"}
          />
        </section>
      ))}
      {before.isCut || after.isCut ? (
        <p className="text-xs text-soft">Only the first part of what is long is compared.</p>
      ) : null}
    </>
  );
}
