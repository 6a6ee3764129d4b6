import { clsx } from "clsx";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { formatBytes, formatCount, formatDuration } from "../format.ts";
import { Instant } from "../time/instant.tsx";
import { Panel } from "../ui/panel.tsx";
import type { RecordingHealth } from "./overview.ts";
import { recordingTroubles } from "./recording-troubles.ts";

/** Whether what is shown here is all there is. */
export function RecordingPanel({ recording }: { recording: RecordingHealth }): ReactNode {
  const { lastRecordedAtMs, lagP95Ms, isWorkerAlive, misplacedCalls } = recording;
  const troubles = recordingTroubles(recording);
  const isLongWait = troubles.some(({ fact }) => fact === "waiting");
  return (
    <Panel title="Recording">
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 [&_dd]:text-right [&_dd]:whitespace-nowrap [&_dt]:text-soft">
        <dt>Last row</dt>
        <dd>{lastRecordedAtMs === null ? "none yet" : <Instant atMs={lastRecordedAtMs} show="relative" />}</dd>
        <dt>From call to row, p95</dt>
        <dd>{lagP95Ms === null ? "no calls lately" : formatDuration(lagP95Ms * 1000)}</dd>
        <dt>Worker</dt>
        <Fact grave={!isWorkerAlive}>{workerText(recording)}</Fact>
        <dt>Waiting in journals</dt>
        <Fact grave={isLongWait}>{waitingText(recording, isLongWait)}</Fact>
        <dt>Rows with an odd time</dt>
        <Fact grave={misplacedCalls > 0}>{formatCount(misplacedCalls)}</Fact>
      </dl>
      {troubles.length === 0 ? null : (
        <ul className="mt-2.5 space-y-2 border-t border-line pt-2.5">
          {troubles.map(({ fact, title, advice }) => (
            <li key={fact}>
              <p className="flex items-center gap-1.5 font-medium text-warn">
                <TriangleAlert size={14} aria-hidden className="shrink-0" />
                {title}
              </p>
              <p className="text-soft">{advice}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Fact({ grave, children }: { grave: boolean; children: ReactNode }): ReactNode {
  return <dd className={clsx(grave && "font-medium text-warn")}>{children}</dd>;
}

function workerText({ isWorkerAlive, workerHeartbeatAgeMs }: RecordingHealth): string {
  if (workerHeartbeatAgeMs === null) return "not running";
  return isWorkerAlive ? "alive" : `silent for ${formatDuration(workerHeartbeatAgeMs * 1000)}`;
}

/** A long wait is told at length below. */
function waitingText({ journalBacklogBytes, oldestWaitingMs }: RecordingHealth, isLong: boolean): string {
  if (journalBacklogBytes === null) return "not known";
  if (journalBacklogBytes === 0) return "nothing";
  const size = formatBytes(journalBacklogBytes);
  return oldestWaitingMs === null || isLong ? size : `${size}, for ${formatDuration(oldestWaitingMs * 1000)}`;
}
