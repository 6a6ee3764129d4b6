import type { ReactNode } from "react";
import { LazyOutcomeChart } from "../charts/lazy-outcome-chart.tsx";
import type { OutcomeBucket } from "../charts/outcome-chart.tsx";
import { outcomeFamilies } from "../outcome-style.ts";
import { FamilyLegend } from "../outcome/family-legend.tsx";
import { Panel } from "../ui/panel.tsx";

const CHART_PX = 200;
/** Height of the panel, for what stands in its place while it loads. */
export const CHART_PANEL_CLASS = "min-h-[15.9rem]";

export function ChartPanel({ buckets, bucketMs }: { buckets: OutcomeBucket[]; bucketMs: number }): ReactNode {
  const families = outcomeFamilies.filter((family) => buckets.some((bucket) => bucket.counts[family]));
  return (
    <Panel title="Calls by outcome" aside={<FamilyLegend families={families} />} className={CHART_PANEL_CLASS}>
      <LazyOutcomeChart buckets={buckets} bucketMs={bucketMs} heightPx={CHART_PX} />
    </Panel>
  );
}
