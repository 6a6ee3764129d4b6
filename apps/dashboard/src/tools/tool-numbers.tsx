import { retryingKinds } from "@tachograph/record";
import type { ReactNode } from "react";
import { callQuery, type CallParams } from "../calls/call-params.ts";
import { formatCount, formatDuration, formatRatio } from "../format.ts";
import type { ScopeParams } from "../scope/scope.ts";
import { Metric, MetricGrid } from "../ui/metric.tsx";
import { errorOutcomes } from "../outcome-style.ts";
import type { ToolRow } from "./tool-row.ts";

/** What a window held of one tool; each number leads to its rows. */
export function ToolNumbers({
  row,
  scope,
  server,
  tool,
}: {
  row: ToolRow;
  scope: ScopeParams;
  server: string;
  tool: string;
}): ReactNode {
  const to = (filter: Partial<CallParams>): string =>
    `/calls${callQuery({ ...scope, server: [server], tool: [tool], ...filter })}`;
  const share = (count: number): string =>
    row.calls === 0 ? "no calls" : `${formatRatio(count, row.calls)} of its calls`;
  return (
    <MetricGrid className="grid-cols-2 md:grid-cols-4 2xl:grid-cols-8">
      <Metric label="Calls" value={formatCount(row.calls)} href={to({})} />
      <Metric
        label="Invalid arguments"
        value={formatCount(row.invalid)}
        href={to({ outcome: ["invalid_input"] })}
        note={share(row.invalid)}
      />
      <Metric
        label="Failed or uncertain"
        value={formatCount(row.errors)}
        href={to({ outcome: [...errorOutcomes] })}
        note={share(row.errors)}
      />
      <Metric
        label="Denied"
        value={formatCount(row.denials)}
        href={to({ outcome: ["denied"] })}
        note={share(row.denials)}
      />
      <Metric
        label="Retries"
        value={formatCount(row.retries)}
        href={to({ retry: [...retryingKinds] })}
        note={share(row.retries)}
      />
      <Metric
        label="Possible doubles"
        value={formatCount(row.repeats)}
        grave={row.repeats > 0}
        href={to({ retry: ["repeat"] })}
      />
      <Metric
        label="Effect unknown"
        value={formatCount(row.unknownEffects)}
        grave={row.unknownEffects > 0}
        href={to({ effect: ["unknown"] })}
      />
      <Metric
        label="Takes"
        value={row.p50Us === null ? "–" : formatDuration(row.p50Us)}
        note={
          row.p95Us === null
            ? "no calls"
            : `p95 ${formatDuration(row.p95Us)}${row.sampled < row.calls ? `, newest ${formatCount(row.sampled)}` : ""}`
        }
      />
    </MetricGrid>
  );
}
