import type { CallRecord } from "@tachograph/record";
import type { ReactNode } from "react";
import { formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { Instant } from "../time/instant.tsx";
import { Pair, PAIRS_GRID } from "./pair.tsx";

/** What decided a call: rule and policy, error, and what was wrong with its arguments. Nothing where nothing did. */
export function Why({ call }: { call: CallRecord }): ReactNode {
  const { rule, policyHash, scopes, reason, wouldDeny, errorCode, issues, retryAfterMs } = call;
  const message = call.errorMessage;
  const told = [rule, reason, errorCode, message, retryAfterMs].some((value) => value !== null);
  if (!told && !issues?.length && !wouldDeny?.length) return null;
  const cameBackAtMs = call.startedAt + call.durationUs / 1000 + (retryAfterMs ?? 0);
  return (
    <dl className={`${PAIRS_GRID} mt-2 border-t border-line-strong pt-2`}>
      {rule === null ? null : (
        <Pair name="Rule">
          <InertText text={rule} className="font-medium" />
        </Pair>
      )}
      {reason === null ? null : (
        <Pair name="Reason">
          <InertText text={reason} max={1200} />
        </Pair>
      )}
      {rule === "scopes" ? (
        <Pair name="Had scopes">{scopes?.length ? <InertText text={scopes.join(" ")} max={600} /> : "none"}</Pair>
      ) : null}
      {rule === null || policyHash === null ? null : (
        <Pair name="Policy">
          <InertText text={policyHash} className="font-mono text-xs break-all" />
        </Pair>
      )}
      {wouldDeny?.length ? (
        <Pair name="On trial">
          <InertText text={wouldDeny.join(", ")} max={600} className="font-medium" /> would have denied this call, and
          is not enforced.
        </Pair>
      ) : null}
      {errorCode === null ? null : (
        <Pair name="Error">
          <InertText text={errorCode} className="font-mono text-xs" />
        </Pair>
      )}
      {message === null ? null : (
        <Pair name="Message">
          <InertText text={message} max={1200} />
        </Pair>
      )}
      {retryAfterMs === null ? null : (
        <Pair name="Come back">
          after {formatDuration(retryAfterMs * 1000)}, at <Instant atMs={cameBackAtMs} show="time" />
        </Pair>
      )}
      {issues?.length ? (
        <Pair name="Issues">
          <ul>
            {issues.map((issue, index) => (
              <li key={index} className="font-mono text-xs leading-5">
                <InertText text={issue.path === "" ? "(whole)" : issue.path} />{" "}
                <span className="text-soft">
                  <InertText text={issue.code} />
                </span>
              </li>
            ))}
          </ul>
        </Pair>
      ) : null}
    </dl>
  );
}
