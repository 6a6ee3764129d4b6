import { Suspense } from "react";
import { listAccessRows } from "../../../../data/access-list.ts";
import { listOwnRights } from "../../../../data/allowed.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { AccessLogFilters } from "../../../../settings/access-log-filters.tsx";
import { accessLogQuery, loadAccessLogParams, type AccessLogParams } from "../../../../settings/access-log-params.ts";
import { AccessLogTable } from "../../../../settings/access-log-table.tsx";
import { NotAllowed } from "../../../../settings/not-allowed.tsx";
import { PanelFallback } from "../../../../ui/panel.tsx";

export default async function AccessLogPage({ searchParams }: PageProps<"/settings/access-log">) {
  await getPerson();
  const params = await loadAccessLogParams(searchParams);
  if (!(await listOwnRights(params.project)).includes("access_log")) {
    return <NotAllowed who="Auditors and admins of this project see who looked at what." />;
  }
  return (
    <>
      <AccessLogFilters />
      <Suspense fallback={<PanelFallback className="h-[calc(100dvh-14rem)] min-h-80" />}>
        <Rows params={params} />
      </Suspense>
    </>
  );
}

async function Rows({ params }: { params: AccessLogParams }) {
  const first = await listAccessRows(params);
  const query = accessLogQuery(params);
  return (
    <section aria-label="Rows" className="overflow-hidden rounded-lg border border-line bg-surface">
      {first.rows.length === 0 ? (
        <p className="px-4 py-10 text-center text-soft">Nothing of this kind was done.</p>
      ) : (
        <AccessLogTable key={`${query} ${first.rows[0]?.id}`} first={first} query={query} project={params.project} />
      )}
    </section>
  );
}
