import { isRefusal, outcomes, retryingKinds } from "@tachograph/record";
import type { ReactNode } from "react";
import { callQuery, type CallParams } from "../calls/call-params.ts";
import { formatCount, formatRatio } from "../format.ts";
import { operationQuery } from "../operations/operation-params.ts";
import { errorOutcomes } from "../outcome-style.ts";
import type { ScopeParams } from "../scope/scope.ts";
import { Metric, MetricGrid } from "../ui/metric.tsx";
import { ChangeNote } from "./change-note.tsx";
import type { Posture } from "./overview.ts";

const refusing = outcomes.filter(isRefusal);

/** The numbers that say whether agents did anything that needs a look; each leads to its rows. */
export function PosturePanel({
  posture,
  toFindOut,
  params,
}: {
  posture: Posture;
  /** Operations of which nobody knows whether they happened. */
  toFindOut: number;
  params: ScopeParams;
}): ReactNode {
  const { now, weekBefore } = posture;
  const to = (filter: Partial<CallParams>): string => `/calls${callQuery({ ...params, ...filter })}`;
  return (
    <MetricGrid className="grid-cols-2 md:grid-cols-4 2xl:grid-cols-8">
      <Metric
        label="Calls"
        value={formatCount(now.calls)}
        href={to({})}
        note={<ChangeNote now={now.calls} before={weekBefore.calls} />}
      />
      <Metric
        label="Refused or faulty"
        value={formatCount(now.refusals)}
        href={to({ outcome: refusing })}
        note={<ChangeNote now={now.refusals} before={weekBefore.refusals} />}
      />
      <Metric
        label="Failed or uncertain"
        value={formatCount(now.errors)}
        href={to({ outcome: [...errorOutcomes] })}
        note={<ChangeNote now={now.errors} before={weekBefore.errors} />}
      />
      <Metric
        label="Retry ratio"
        value={formatRatio(now.retries, now.firstAttempts)}
        href={to({ retry: [...retryingKinds] })}
        note={
          <span
            title={
              weekBefore.firstAttempts === 0
                ? "No calls in the same time a week before"
                : `${formatRatio(weekBefore.retries, weekBefore.firstAttempts)} in the same time a week before`
            }
          >
            {formatCount(now.retries)} on {formatCount(now.firstAttempts)} first tries
          </span>
        }
      />
      <Metric
        label="Replays"
        value={formatCount(now.replays)}
        href={to({ outcome: ["duplicate_replayed"] })}
        note={<ChangeNote now={now.replays} before={weekBefore.replays} />}
      />
      <Metric
        label="Possible doubles"
        value={formatCount(now.repeats)}
        grave={now.repeats > 0}
        href={to({ retry: ["repeat"] })}
        note={<ChangeNote now={now.repeats} before={weekBefore.repeats} />}
      />
      <Metric
        label="Effect unknown"
        value={formatCount(now.unknownEffects)}
        grave={now.unknownEffects > 0}
        href={to({ effect: ["unknown"] })}
        note={<ChangeNote now={now.unknownEffects} before={weekBefore.unknownEffects} />}
      />
      <Metric
        label="To find out"
        value={formatCount(toFindOut)}
        grave={toFindOut > 0}
        href={`/operations${operationQuery({ project: params.project, status: "unknown" })}`}
        note="operations, of any time"
      />
    </MetricGrid>
  );
}
