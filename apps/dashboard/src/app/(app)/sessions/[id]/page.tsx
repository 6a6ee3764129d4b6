import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { getFirstOutlinePiece } from "../../../../data/session-outline.ts";
import { findSessionRow, getSessionStory } from "../../../../data/sessions.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { InertText } from "../../../../inert/inert-text.tsx";
import { SessionAnswers } from "../../../../sessions/session-answers.tsx";
import { SessionHeader } from "../../../../sessions/session-header.tsx";
import type { SessionRow } from "../../../../sessions/session-row.ts";
import { SessionTimeline } from "../../../../sessions/session-timeline.tsx";
import { loadTimelineParams } from "../../../../sessions/timeline-params.ts";
import { CopyButton } from "../../../../ui/copy-button.tsx";
import { PageHeader } from "../../../../ui/page-header.tsx";
import { PanelFallback } from "../../../../ui/panel.tsx";

export const metadata: Metadata = { title: "Session" };

export default async function SessionPage({ params, searchParams }: PageProps<"/sessions/[id]">) {
  await getPerson();
  const id = decodeURIComponent((await params).id);
  const { project, q } = await loadTimelineParams(searchParams);
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
      <SessionHeader
        session={session}
        answers={
          <Suspense fallback={<p aria-busy="true" className="h-11" />}>
            <Answers session={session} />
          </Suspense>
        }
      />
      <Suspense fallback={<PanelFallback className="h-[calc(100dvh-12rem)] min-h-80" />}>
        <Timeline session={session} text={q} />
      </Suspense>
    </>
  );
}

async function Answers({ session }: { session: SessionRow }) {
  const { project, id: sessionId, retries } = session;
  const story = await getSessionStory({ project, sessionId });
  return <SessionAnswers project={project} sessionId={sessionId} retries={retries} story={story} />;
}

async function Timeline({ session, text }: { session: SessionRow; text: string | null }) {
  const { project, id: sessionId, calls } = session;
  const first = await getFirstOutlinePiece({ project, sessionId, text: text ?? undefined });
  return (
    <section aria-label="Timeline" className="overflow-hidden rounded-lg border border-line bg-surface">
      <SessionTimeline
        key={`${sessionId} ${text ?? ""}`}
        project={project}
        sessionId={sessionId}
        calls={calls}
        first={first}
      />
    </section>
  );
}
