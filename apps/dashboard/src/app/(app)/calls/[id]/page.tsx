import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { CallDetailView } from "../../../../calls/call-detail-view.tsx";
import { findCallDetail } from "../../../../data/calls.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { loadScopeParams } from "../../../../scope/scope.ts";
import { PageHeader } from "../../../../ui/page-header.tsx";

export const metadata: Metadata = { title: "Call" };

export default async function CallPage({ params, searchParams }: PageProps<"/calls/[id]">) {
  await getPerson();
  const { id } = await params;
  const { project } = await loadScopeParams(searchParams);
  const detail = (await findCallDetail({ project, id })) ?? notFound();
  return (
    <>
      <PageHeader title="Call" />
      <div className="max-w-5xl rounded-lg border border-line bg-surface px-4 py-4">
        <CallDetailView key={id} detail={detail} />
      </div>
    </>
  );
}
