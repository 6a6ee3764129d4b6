import { checkGateOptions } from "./check-options.ts";
import type { GateOptions, Principal } from "./options.ts";
import { authorize, policiesOf } from "./policy.ts";
import { createValidator } from "./validation/create-validator.ts";
import { isObject } from "./is-object.ts";
import type { ArgumentIssue } from "./validation/validator.ts";

/** A call to try a policy on. */
export interface SimulatedCall {
  tool: string;
  arguments?: Record<string, unknown>;
  principal?: Principal | null;
  /** Verified scopes. @defaultValue none, as without auth info */
  scopes?: readonly string[];
  /** @defaultValue `GateOptions.environment` */
  environment?: string | null;
  sessionId?: string | null;
  clientName?: string | null;
  /** Milliseconds since the epoch. @defaultValue now */
  now?: number;
}

export interface Simulation {
  decision: "allowed" | "denied" | "invalid_input";
  /** Id of the rule that denied, or `scopes`. */
  rule: string | null;
  reason: string | null;
  /** Rules that are not enforced and would have denied. */
  wouldDeny: string[];
  /** Where and how the arguments break the tool's `input` schema. */
  issues: ArgumentIssue[];
  /** As it stands on the rows of this policy; null where it restricts nothing. */
  policyHash: string | null;
}

/**
 * What the options would do with a call, without a server: validates against the tool's `input` schema where `validate`
 * is on, then asks scopes and rules. Runs no handler, counts against no limit, records nothing.
 *
 * @throws {TypeError} where an option is wrong, or the options do not name the tool.
 */
export async function simulate<Inputs>(given: GateOptions<Inputs>, call: SimulatedCall): Promise<Simulation> {
  const options = given as GateOptions;
  checkGateOptions(options);
  const tools = options.tools ?? {};
  if (!Object.hasOwn(tools, call.tool))
    throw new TypeError(
      `simulate(): the options have no tool "${call.tool}"; they have ${Object.keys(tools).join(", ")}`,
    );
  const policy = policiesOf(options).of(call.tool);
  const args: unknown = call.arguments ?? {};
  const seen = { rule: null, reason: null, wouldDeny: [], issues: [], policyHash: policy.policyHash };
  const checked = policy.validate ? await createValidator(policy.input)?.validate(args) : undefined;
  if (checked?.valid === false) {
    const reason = "the arguments break the tool's schema";
    return { ...seen, decision: "invalid_input", reason, issues: checked.issues };
  }
  const valid = isObject(checked?.value) ? checked.value : args;
  const { denial, wouldDeny } = await authorize(policy, {
    args: isObject(valid) ? valid : {},
    tool: call.tool,
    principal: call.principal ?? null,
    scopes: call.scopes ?? [],
    environment: call.environment ?? options.environment ?? null,
    sessionId: call.sessionId ?? null,
    clientName: call.clientName ?? null,
    now: call.now ?? Date.now(),
  });
  if (denial === undefined) return { ...seen, decision: "allowed", wouldDeny };
  return { ...seen, decision: "denied", rule: denial.rule, reason: denial.reason, wouldDeny };
}
