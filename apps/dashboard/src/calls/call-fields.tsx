import type { CallRecord } from "@tachograph/record";
import type { ReactNode } from "react";
import { formatBytes, formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { Instant } from "../time/instant.tsx";
import { keySourceMeanings } from "./operation-words.ts";
import { mutabilityLabels, retryKindLabels } from "./retry-label.ts";

type Group = readonly [title: string, fields: readonly (readonly [name: string, value: ReactNode])[]];

const duration = (us: number | null): string | null => (us === null ? null : formatDuration(us));
const bytes = (count: number | null): string | null => (count === null ? null : formatBytes(count));

function groupsOf(call: CallRecord, recordedAtMs: number): readonly Group[] {
  return [
    [
      "Where",
      [
        ["Server", call.serverName],
        ["Server version", call.serverVersion],
        ["Tool", call.tool],
        ["Contract hash", call.toolDefHash],
        ["Transport", call.transport],
        ["Protocol", call.protocolVersion],
        ["Client", call.clientName],
        ["Client version", call.clientVersion],
      ],
    ],
    [
      "Who",
      [
        ["Principal", call.principal],
        ["Principal type", call.principalType],
        ["Authenticated by", call.authMethod],
        ["Scopes", call.scopes?.join(" ") ?? null],
        ["On behalf of", call.onBehalfOf],
      ],
    ],
    [
      "What",
      [
        ["Outcome", call.outcome],
        ["Effect", call.effect],
        ["Tool", `${mutabilityLabels[call.mutability]} (${call.mutabilitySource})`],
        ["Phase reached", call.phase],
      ],
    ],
    [
      "Why",
      [
        ["Rule", call.rule],
        ["Policy hash", call.policyHash],
        ["Would deny", call.wouldDeny?.join(" ") ?? null],
        ["Retry class", call.retryClass],
        ["Retry after", call.retryAfterMs === null ? null : formatDuration(call.retryAfterMs * 1000)],
      ],
    ],
    [
      "Retries",
      [
        ["Retry kind", retryKindLabels[call.retryKind]],
        ["Attempt", call.attempt],
        ["Retry of", call.retryOf],
        ["Operation", call.operationId],
        ["Key from", call.keySource === null ? null : `${keySourceMeanings[call.keySource]} (${call.keySource})`],
        ["Original call", call.originalCallId],
        ["Fingerprint", call.fingerprint],
      ],
    ],
    [
      "How much",
      [
        ["Started", <Instant key="started" atMs={call.startedAt} />],
        ["Recorded", <Instant key="recorded" atMs={recordedAtMs} />],
        ["Duration", duration(call.durationUs)],
        ["Validate", duration(call.validateUs)],
        ["Authorize", duration(call.authorizeUs)],
        ["Once", duration(call.onceUs)],
        ["Execute", duration(call.executeUs)],
        ["Arguments", bytes(call.argumentsBytes)],
        ["Result", bytes(call.resultBytes)],
        ["Redactions", call.redactions],
        ["Cut", call.truncated ? "yes" : "no"],
      ],
    ],
    [
      "Identity",
      [
        ["Id", call.id],
        ["Session", call.sessionId],
        ["Session from", call.sessionSource],
        ["Sequence", call.seq],
        ["Tool use id", call.toolUseId],
        ["JSON-RPC id", call.rpcId],
        ["Trace", call.traceId],
        ["Span", call.spanId],
        ["Parent span", call.parentSpanId],
        ["Gate instance", call.instanceId],
        ["Project", call.project],
      ],
    ],
  ];
}

/** Every field of a row in its groups; what the row does not say is left out. */
export function CallFields({ call, recordedAtMs }: { call: CallRecord; recordedAtMs: number }): ReactNode {
  return (
    <div className="grid gap-x-8 gap-y-4 [grid-template-columns:repeat(auto-fill,minmax(17rem,1fr))]">
      {groupsOf(call, recordedAtMs).map(([title, fields]) => {
        const given = fields.filter(([, value]) => value !== null);
        if (given.length === 0) return null;
        return (
          <section key={title}>
            <h3 className="mb-1 border-b border-line pb-1 text-xs font-semibold text-soft">{title}</h3>
            <dl className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-0.5">
              {given.map(([name, value]) => (
                <div key={name} className="contents">
                  <dt className="text-soft">{name}</dt>
                  <dd className="break-words">
                    {typeof value === "string" ? <InertText text={value} max={600} /> : value}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        );
      })}
    </div>
  );
}
