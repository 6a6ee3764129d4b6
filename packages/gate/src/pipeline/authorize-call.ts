import { denied, missingScopes, rateLimited } from "../answers/refusal-answers.ts";
import type { Limit, Limits } from "../options.ts";
import { authorize, type Denial } from "../policy.ts";
import { factsOf, refuse, sinceUs, type GatedCall } from "./gated-call.ts";

/** Refuses what a scope, a rule or a limit does not allow. Undefined: it goes on. */
export async function authorizeCall(gated: GatedCall): Promise<unknown> {
  const { gate, delivery, tool, policy } = gated;
  const { call } = delivery;
  if (policy.policyHash === null) return undefined;
  const from = performance.now();
  call.policyHash = policy.policyHash;
  const { denial, wouldDeny, failed } = await authorize(policy, factsOf(gated));
  if (wouldDeny.length > 0) call.wouldDeny = wouldDeny;
  const refusal = denial === undefined ? limitCall(gated) : refuseDenied(gated, denial);
  call.authorizeUs = sinceUs(from);
  for (const { rule, cause } of denial?.cause === undefined ? failed : [...failed, denial])
    gate.recorder.report({ code: "rule_failed", message: `the rule ${rule} of ${tool} threw, which denies`, cause });
  if (refusal === undefined) call.phase = "authorized";
  return refusal;
}

function refuseDenied(gated: GatedCall, { rule, reason: said, missingScopes: missing }: Denial): unknown {
  // What a rule says may repeat what it was asked about.
  const reason = missing === undefined ? gated.delivery.texts.clean(said, 1_000) : said;
  const call = { callId: gated.delivery.call.id, tool: gated.tool };
  const answer = missing === undefined ? denied({ ...call, rule, reason }) : missingScopes({ ...call, missing });
  return refuse(gated, answer, { outcome: "denied", rule, reason });
}

function limitCall(gated: GatedCall): unknown {
  const { gate, delivery, tool, policy } = gated;
  const { perSession, perPrincipal } = policy.limits;
  // A handler that is entered again for what the user answered serves the same call.
  if (delivery.legs > 1) return undefined;
  const principal = delivery.received.principal?.id ?? "";
  const { sessionId } = delivery.call;
  return (
    overLimit(gated, "perPrincipal", perPrincipal, principal) ??
    // A session is what the client says: it must not be able to use up somebody else's.
    overLimit(gated, "perSession", perSession, `${principal}\0${sessionId ?? ""}`)
  );

  function overLimit(call: GatedCall, name: keyof Limits, limit: Limit | undefined, who: string): unknown {
    if (limit === undefined) return undefined;
    const key = `${name}\0${gate.server.name}\0${tool}\0${who}`;
    const afterMs = gate.recorder.limiters[name].take(key, limit, performance.now());
    if (afterMs === 0) return undefined;
    const answer = rateLimited({ callId: delivery.call.id, tool, afterMs, limit });
    return refuse(call, answer, { outcome: "rate_limited", rule: `limits.${name}`, reason: "called too often" });
  }
}
