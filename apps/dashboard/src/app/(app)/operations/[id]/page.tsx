import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { RetryChain } from "../../../../calls/retry-chain.tsx";
import { findOperationDetail } from "../../../../data/operations.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { FindOut } from "../../../../operations/find-out.tsx";
import { OperationFacts } from "../../../../operations/operation-facts.tsx";
import { loadScopeParams } from "../../../../scope/scope.ts";
import { PageHeader } from "../../../../ui/page-header.tsx";

export const metadata: Metadata = { title: "Operation" };

export default async function OperationPage({ params, searchParams }: PageProps<"/operations/[id]">) {
  await getPerson();
  const id = decodeURIComponent((await params).id);
  const { project } = await loadScopeParams(searchParams);
  const { operation, deliveries, isWhole, canReconcile } = (await findOperationDetail(project, id)) ?? notFound();
  return (
    <>
      <PageHeader title="Operation" />
      <div className="max-w-5xl space-y-5 rounded-lg border border-line bg-surface px-4 py-4">
        <OperationFacts operation={operation} />
        <FindOut operation={operation} canReconcile={canReconcile} />
        <section>
          <h2 className="mb-1.5 text-xs font-semibold text-soft">
            Its calls ({deliveries.length}
            {isWhole ? "" : ", there may be more"})
          </h2>
          {deliveries.length === 0 ? (
            <p className="text-soft">None of them has reached the ledger yet.</p>
          ) : (
            <RetryChain group={deliveries} currentId="" executedBy={operation.executedBy} />
          )}
        </section>
      </div>
    </>
  );
}
