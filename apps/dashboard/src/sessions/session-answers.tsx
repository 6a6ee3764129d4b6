import { CircleCheck, RotateCcw, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { formatCount } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { sessionHref } from "../scope/hrefs.ts";
import { Instant } from "../time/instant.tsx";
import { retryingSentence, twiceSentence, type SessionStory, type StoryTool } from "./session-story.ts";

/** Whether anything happened twice, whether the session is retrying, and what it was denied: each in one sentence. */
export function SessionAnswers({
  project,
  sessionId,
  retries,
  story,
}: {
  project: string;
  sessionId: string;
  retries: number;
  story: SessionStory;
}): ReactNode {
  const { twice, twiceCount, isRetrying } = story;
  return (
    <ul aria-label="In short" className="space-y-1">
      <li className="flex gap-2">
        {twiceCount > 0 ? (
          <TriangleAlert size={14} aria-hidden className="mt-0.5 shrink-0 text-warn" />
        ) : (
          <CircleCheck size={14} aria-hidden className="mt-0.5 shrink-0 text-done" />
        )}
        <span className="min-w-0">
          <span className={twiceCount > 0 ? "font-semibold text-warn" : "font-medium"}>
            {twiceSentence(twiceCount)}
          </span>{" "}
          {twice.map(({ id, tool, startedAtMs }, index) => (
            <Fragment key={id}>
              {index > 0 ? ", " : ""}
              <Link
                href={sessionHref({ project, sessionId, callId: id })}
                prefetch={false}
                className="font-medium text-accent hover:underline"
              >
                <InertText text={tool ?? "a call"} max={60} /> at <Instant atMs={startedAtMs} show="time" />
              </Link>
            </Fragment>
          ))}
          {twiceCount > twice.length ? ` and ${formatCount(twiceCount - twice.length)} more` : ""}
        </span>
      </li>
      <li className="flex gap-2">
        <RotateCcw size={14} aria-hidden className="mt-0.5 shrink-0 text-soft" />
        <span className="min-w-0">
          <span className={isRetrying ? "font-semibold text-warn" : "font-medium"}>
            {retryingSentence(retries, isRetrying)}
          </span>{" "}
          <Tools tools={story.retries} />
          <Since tools={story.retries} isRetrying={isRetrying} />
        </span>
      </li>
      {story.denials.length > 0 ? (
        <li className="flex gap-2">
          <TriangleAlert size={14} aria-hidden className="mt-0.5 shrink-0 text-soft" />
          <span className="min-w-0">
            <span className="font-medium">Denied:</span> <Tools tools={story.denials} />
          </span>
        </li>
      ) : null}
    </ul>
  );
}

function Tools({ tools }: { tools: readonly StoryTool[] }): ReactNode {
  return tools.map(({ serverName, tool, calls }, index) => (
    <Fragment key={`${serverName} ${tool}`}>
      {index > 0 ? ", " : ""}
      <InertText text={tool ?? "no tool named"} max={60} className="font-medium" />{" "}
      <span className="text-soft">({formatCount(calls)}×)</span>
    </Fragment>
  ));
}

/** Since when it retries, or when it did so last. */
function Since({ tools, isRetrying }: { tools: readonly StoryTool[]; isRetrying: boolean }): ReactNode {
  if (tools.length === 0) return null;
  const atMs = isRetrying
    ? Math.min(...tools.map(({ firstAtMs }) => firstAtMs))
    : Math.max(...tools.map(({ lastAtMs }) => lastAtMs));
  return (
    <span className="text-soft">
      {isRetrying ? ", since " : ", the last time at "}
      <Instant atMs={atMs} show="time" />
    </span>
  );
}
