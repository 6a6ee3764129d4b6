import type { ReactNode } from "react";
import { formatCount, formatDuration } from "../format.ts";
import { Metric, MetricGrid } from "../ui/metric.tsx";
import { operationQuery, type OperationStatus } from "./operation-params.ts";
import type { OpenCount, OpenCounts } from "./operation-row.ts";

/** How much waits for somebody to find out, and for how long. */
export function OpenCountsPanel({ counts, project }: { counts: OpenCounts; project: string }): ReactNode {
  const metric = (label: string, status: OperationStatus, { count, oldestAgeMs }: OpenCount, grave: boolean) => (
    <Metric
      label={label}
      value={formatCount(count)}
      href={`/operations${operationQuery({ project, status })}`}
      grave={grave && count > 0}
      note={oldestAgeMs === null ? "none" : `the oldest for ${formatDuration(oldestAgeMs * 1000)}`}
    />
  );
  return (
    <MetricGrid>
      {metric("Effect unknown", "unknown", counts.unknown, true)}
      {metric("Abandoned", "abandoned", counts.abandoned, true)}
      {metric("In flight", "in_flight", counts.inFlight, false)}
    </MetricGrid>
  );
}
