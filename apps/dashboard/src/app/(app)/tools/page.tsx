import type { Metadata } from "next";
import { Suspense } from "react";
import { listToolRows } from "../../../data/tools.ts";
import { getPerson } from "../../../data/viewer.ts";
import { WindowPicker } from "../../../time/window-picker.tsx";
import { ToolFilters } from "../../../tools/tool-filters.tsx";
import { loadToolParams, type ToolParams } from "../../../tools/tool-params.ts";
import { ToolsTable } from "../../../tools/tools-table.tsx";
import { EmptyState } from "../../../ui/empty-state.tsx";
import { PageHeader } from "../../../ui/page-header.tsx";
import { PanelFallback } from "../../../ui/panel.tsx";

export const metadata: Metadata = { title: "Tools" };

export default async function ToolsPage({ searchParams }: PageProps<"/tools">) {
  await getPerson();
  const params = await loadToolParams(searchParams);
  return (
    <>
      <PageHeader title="Tools">
        <WindowPicker />
      </PageHeader>
      <ToolFilters />
      <Suspense fallback={<PanelFallback className="h-80" />}>
        <Rows params={params} />
      </Suspense>
    </>
  );
}

async function Rows({ params }: { params: ToolParams }) {
  const { rows, isWhole } = await listToolRows(params);
  const { project, range, from, to } = params;
  return (
    <section aria-label="Rows" className="overflow-hidden rounded-lg border border-line bg-surface">
      {rows.length === 0 ? (
        <EmptyState filtered={params.q !== null || params.server !== null} />
      ) : (
        <ToolsTable rows={rows} scope={{ project, range, from, to }} />
      )}
      {isWhole ? null : (
        <p className="border-t border-line px-4 py-1.5 text-xs text-soft">
          The first {rows.length} are shown. Search for a tool, or name its server.
        </p>
      )}
    </section>
  );
}
