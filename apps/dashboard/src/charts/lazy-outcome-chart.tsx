"use client";

import dynamic from "next/dynamic";

/** The chart, drawn once what can be clicked answers: it takes as long as all the rest of a screen. */
export const LazyOutcomeChart = dynamic(async () => (await import("./outcome-chart.tsx")).OutcomeChart, {
  ssr: false,
  loading: () => <figure aria-busy="true" className="h-full" />,
});
