import type { ReactNode } from "react";
import { formatCount, formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeBar } from "../outcome/outcome-bar.tsx";
import { Instant } from "../time/instant.tsx";
import { Metric, MetricGrid } from "../ui/metric.tsx";
import { RiskMark } from "./risk-mark.tsx";
import { riskOf } from "./risk.ts";
import type { SessionRow } from "./session-row.ts";

const sources: Readonly<Record<string, string>> = {
  meta: "from the host's metadata",
  baggage: "from trace baggage",
  environment: "from the host's environment",
  mcp_session_id: "from Mcp-Session-Id",
  process: "one per server process",
  none: "not known",
};

/** Whose session it was, and whether anything in it needs a look. */
export function SessionHeader({ session, answers }: { session: SessionRow; answers: ReactNode }): ReactNode {
  const { outcomes } = session;
  const risk = riskOf(session);
  return (
    <div className="mb-3 space-y-3">
      <p className="flex flex-wrap gap-x-5 gap-y-0.5 text-soft">
        <span>
          Client{" "}
          <span className="font-medium text-ink">
            <InertText text={session.clientName ?? "unknown"} max={80} />{" "}
            <InertText text={session.clientVersion ?? ""} max={40} />
          </span>
        </span>
        <span>
          Principal{" "}
          <span className="font-medium text-ink">
            <InertText text={session.principals.join(", ") || "none"} max={120} />
          </span>
        </span>
        <span>
          Servers{" "}
          <span className="font-medium text-ink">
            <InertText text={session.servers.join(", ")} max={200} />
          </span>
        </span>
        <span>Session id {sources[session.source] ?? session.source}</span>
        <span>
          <Instant atMs={session.firstCallAtMs} show="both" />
        </span>
      </p>
      <div className="flex flex-wrap gap-x-8 gap-y-2 rounded-lg border border-line bg-surface px-4 py-2.5">
        <div className="min-w-0 flex-1 basis-80">{answers}</div>
        <p className="flex max-w-md flex-wrap items-baseline gap-x-2">
          <span className="text-soft">Risk</span> <RiskMark risk={risk} />
          <span aria-hidden className="w-full text-xs text-soft">
            {risk.reasons.map(({ text, weight }) => `${text} (+${weight})`).join(", ")}
          </span>
        </p>
      </div>
      <MetricGrid min="6.5rem">
        <Metric
          label="Calls"
          value={formatCount(session.calls)}
          note={
            <span className="mt-1.5 block">
              <OutcomeBar outcomes={outcomes} />
            </span>
          }
        />
        <Metric
          label="Refusals"
          value={formatCount(session.refusals)}
          note={`${formatCount(session.denials)} denied`}
        />
        <Metric label="Errors" value={formatCount(session.errors)} />
        <Metric
          label="Retries"
          value={formatCount(session.retries)}
          note={`${formatCount(session.corrections)} corrected`}
        />
        <Metric label="Replays" value={formatCount(session.replays)} />
        <Metric
          label="Double writes"
          value={formatCount(session.repeats)}
          grave={session.repeats > 0}
          note="possible"
        />
        <Metric label="Effect unknown" value={formatCount(session.unknownEffects)} grave={session.unknownEffects > 0} />
        <Metric label="Duration" value={formatDuration(session.durationMs * 1000)} />
      </MetricGrid>
    </div>
  );
}
