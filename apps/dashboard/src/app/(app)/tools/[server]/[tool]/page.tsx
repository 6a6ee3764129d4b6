import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { ToolName } from "../../../../../calls/call-columns.tsx";
import {
  findToolRow,
  getContractHistory,
  getToolChart,
  listParameterRows,
  type ToolKey,
} from "../../../../../data/tools.ts";
import { getPerson } from "../../../../../data/viewer.ts";
import { CHART_PANEL_CLASS, ChartPanel } from "../../../../../overview/chart-panel.tsx";
import { loadScopeParams } from "../../../../../scope/scope.ts";
import { timeWindowOf } from "../../../../../time/time-window.ts";
import { WindowPicker } from "../../../../../time/window-picker.tsx";
import { loadContractParams, type ContractParams } from "../../../../../tools/contract-params.ts";
import { ContractsPanel } from "../../../../../tools/contracts-panel.tsx";
import { ParametersPanel } from "../../../../../tools/parameters-panel.tsx";
import { ToolNumbers } from "../../../../../tools/tool-numbers.tsx";
import { PageHeader } from "../../../../../ui/page-header.tsx";
import { PanelFallback } from "../../../../../ui/panel.tsx";

export const metadata: Metadata = { title: "Tool" };

export default async function ToolPage({ params, searchParams }: PageProps<"/tools/[server]/[tool]">) {
  await getPerson();
  const named = await params;
  const [scope, chosen] = await Promise.all([loadScopeParams(searchParams), loadContractParams(searchParams)]);
  const [server, tool] = [decodeURIComponent(named.server), decodeURIComponent(named.tool)];
  const key: ToolKey = { project: scope.project, ...timeWindowOf(scope, Date.now()), server, tool };
  const row = (await findToolRow(key)) ?? notFound();
  return (
    <>
      <PageHeader title={<ToolName serverName={server} tool={tool} />}>
        <WindowPicker />
      </PageHeader>
      <div className="space-y-3">
        <ToolNumbers row={row} scope={scope} server={server} tool={tool} />
        <Suspense fallback={<PanelFallback className={CHART_PANEL_CLASS} />}>
          <Chart toolKey={key} />
        </Suspense>
        <div className="grid gap-3 xl:grid-cols-2">
          <Suspense fallback={<PanelFallback className="h-80" />}>
            <Parameters toolKey={key} calls={row.calls} />
          </Suspense>
          <Suspense fallback={<PanelFallback className="h-80" />}>
            <Contracts toolKey={key} chosen={chosen} />
          </Suspense>
        </div>
      </div>
    </>
  );
}

async function Chart({ toolKey }: { toolKey: ToolKey }) {
  const { buckets, bucketMs } = await getToolChart(toolKey);
  return <ChartPanel buckets={buckets} bucketMs={bucketMs} />;
}

async function Parameters({ toolKey, calls }: { toolKey: ToolKey; calls: number }) {
  return <ParametersPanel project={toolKey.project} calls={calls} {...await listParameterRows(toolKey)} />;
}

async function Contracts({ toolKey, chosen }: { toolKey: ToolKey; chosen: ContractParams }) {
  return <ContractsPanel project={toolKey.project} history={await getContractHistory(toolKey, chosen)} />;
}
