import type { ReactNode } from "react";
import { formatBytes, formatCount, formatDuration } from "../format.ts";
import { Instant } from "../time/instant.tsx";
import { Panel } from "../ui/panel.tsx";
import type { RecordingHealth } from "./overview.ts";

const STALE_HEARTBEAT_MS = 30_000;

/** Whether what is shown here is all there is. */
export function RecordingPanel({ recording }: { recording: RecordingHealth }): ReactNode {
  const { lastRecordedAtMs, lagP95Ms, workerHeartbeatAgeMs, journalBacklogBytes, misplacedCalls } = recording;
  const isWorkerStale = workerHeartbeatAgeMs === null || workerHeartbeatAgeMs > STALE_HEARTBEAT_MS;
  return (
    <Panel title="Recording">
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 [&_dd]:text-right [&_dd]:whitespace-nowrap [&_dt]:text-soft">
        <dt>Last row</dt>
        <dd>{lastRecordedAtMs === null ? "none yet" : <Instant atMs={lastRecordedAtMs} show="relative" />}</dd>
        <dt>From call to row, p95</dt>
        <dd>{lagP95Ms === null ? "no calls lately" : formatDuration(lagP95Ms * 1000)}</dd>
        <dt>Worker</dt>
        <dd className={isWorkerStale ? "font-medium text-warn" : undefined}>
          {workerHeartbeatAgeMs === null
            ? "not running"
            : isWorkerStale
              ? `silent for ${formatDuration(workerHeartbeatAgeMs * 1000)}`
              : "alive"}
        </dd>
        <dt>Waiting in journals</dt>
        <dd>
          {journalBacklogBytes === null
            ? "not known"
            : journalBacklogBytes === 0
              ? "nothing"
              : formatBytes(journalBacklogBytes)}
        </dd>
        <dt>Rows with an odd time</dt>
        <dd className={misplacedCalls > 0 ? "font-medium text-warn" : undefined}>{formatCount(misplacedCalls)}</dd>
      </dl>
    </Panel>
  );
}
