import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { listSessionCallRows } from "../../../../data/calls.ts";
import { findSessionRow } from "../../../../data/sessions.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { InertText } from "../../../../inert/inert-text.tsx";
import { loadScopeParams } from "../../../../scope/scope.ts";
import { SessionHeader } from "../../../../sessions/session-header.tsx";
import { SessionTimeline } from "../../../../sessions/session-timeline.tsx";
import { CopyButton } from "../../../../ui/copy-button.tsx";
import { PageHeader } from "../../../../ui/page-header.tsx";
import { PanelFallback } from "../../../../ui/panel.tsx";

export const metadata: Metadata = { title: "Session" };

export default async function SessionPage({ params, searchParams }: PageProps<"/sessions/[id]">) {
  await getPerson();
  const id = decodeURIComponent((await params).id);
  const { project } = await loadScopeParams(searchParams);
  const session = (await findSessionRow({ project, sessionId: id })) ?? notFound();
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-baseline gap-x-2.5">
            Session <InertText text={id} max={80} className="font-mono text-sm font-normal break-all text-soft" />
            <CopyButton text={id} label="Copy id" />
          </span>
        }
      />
      <SessionHeader session={session} />
      <Suspense fallback={<PanelFallback className="h-[calc(100dvh-17rem)] min-h-80" />}>
        <Timeline project={project} sessionId={id} />
      </Suspense>
    </>
  );
}

async function Timeline({ project, sessionId }: { project: string; sessionId: string }) {
  const first = await listSessionCallRows({ project, sessionId });
  return (
    <section aria-label="Timeline" className="overflow-hidden rounded-lg border border-line bg-surface">
      <SessionTimeline key={sessionId} project={project} sessionId={sessionId} first={first} />
    </section>
  );
}
