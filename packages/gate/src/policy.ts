import { createHash } from "node:crypto";
import { canonicalJson } from "@tachograph/record";
import type { CallFacts, GateOptions, Limits, OnceOptions, Rule, RuleVerdict, ToolOptions } from "./options.ts";
import type { ErrorRule } from "./errors/error-rule.ts";

interface NamedRule extends Rule {
  id: string;
}

/** Everything that the options say of one tool, with the defaults filled in. */
export interface ToolPolicy {
  /** Whether anything at all is switched on: otherwise the gate only observes. */
  readonly active: boolean;
  readonly validate: boolean;
  /** The schema that the options give. */
  readonly input: unknown;
  readonly scopes: readonly string[];
  readonly rules: readonly NamedRule[];
  readonly limits: Limits;
  readonly timeoutMs: number | undefined;
  /** Undefined where it is off. Tools that only read are left alone by the pipeline. */
  readonly once: OnceOptions | undefined;
  /** What the author's own errors mean; undefined where failures are passed on as they are. */
  readonly errors: readonly ErrorRule[] | undefined;
  /** SHA-256 (hex) of the scopes, rules and limits of all tools; null where there are none. */
  readonly policyHash: string | null;
}

const policiesByOptions = new WeakMap<GateOptions, Policies>();

/** Found again by the options, since a stateless server makes a gate for each request. */
export function policiesOf(options: GateOptions): Policies {
  const known = policiesByOptions.get(options) ?? new Policies(options);
  policiesByOptions.set(options, known);
  return known;
}

export class Policies {
  readonly #byTool: ReadonlyMap<string, ToolPolicy>;
  readonly #others: ToolPolicy;

  constructor(options: GateOptions) {
    const policyHash = hashOf(options);
    const tools = Object.entries(options.tools ?? {});
    this.#byTool = new Map(tools.map(([name, tool]) => [name, policyFrom(tool, options, policyHash)]));
    this.#others = policyFrom({}, options, policyHash);
  }

  /** Whether anything at all is switched on, for whatever tool. */
  get active(): boolean {
    return this.#others.active || [...this.#byTool.values()].some(({ active }) => active);
  }

  /** Whether operations of any tool are kept. */
  get usesOnce(): boolean {
    return this.#others.once !== undefined || [...this.#byTool.values()].some(({ once }) => once !== undefined);
  }

  /** @param tool - Names are the client's to invent: one that the options do not know has the defaults. */
  of(tool: string | null): ToolPolicy {
    return (tool === null ? undefined : this.#byTool.get(tool)) ?? this.#others;
  }
}

function policyFrom(tool: ToolOptions, { defaults = {} }: GateOptions, policyHash: string | null): ToolPolicy {
  const rules = Object.entries(tool.rules ?? {}).map(([id, rule]) =>
    Object.assign({ id }, typeof rule === "function" ? { allow: rule } : rule),
  );
  const onceGiven = tool.once ?? defaults.once ?? false;
  const once = onceGiven === false ? undefined : onceGiven === true ? {} : onceGiven;
  const errorsGiven = tool.errors ?? defaults.errors ?? once !== undefined;
  const policy = {
    // Keys and rules are promised valid arguments.
    validate: once !== undefined || (tool.validate ?? defaults.validate ?? rules.length > 0),
    input: tool.input,
    scopes: tool.scopes ?? defaults.scopes ?? [],
    rules,
    limits: tool.limits ?? defaults.limits ?? {},
    timeoutMs: tool.timeout ?? defaults.timeout,
    once,
    errors: errorsGiven === false ? undefined : errorsGiven === true ? [] : errorsGiven,
  };
  const { scopes, limits, timeoutMs, errors } = policy;
  const restricts = scopes.length > 0 || rules.length > 0 || Object.keys(limits).length > 0;
  return {
    ...policy,
    active: policy.validate || restricts || timeoutMs !== undefined || once !== undefined || errors !== undefined,
    policyHash: restricts ? policyHash : null,
  };
}

/** Functions count by their text: what they close over is not seen. */
function hashOf({ tools = {}, defaults = {} }: GateOptions): string | null {
  const described = Object.entries(tools).map(([name, { scopes, rules, limits, mutability }]) => ({
    name,
    scopes,
    limits,
    mutability,
    rules: Object.entries(rules ?? {}).map(([id, rule]) => {
      const { allow, reason, enforce } = typeof rule === "function" ? { allow: rule } : rule;
      return { id, reason, enforce: enforce ?? true, allow: Function.prototype.toString.call(allow).toWellFormed() };
    }),
  }));
  const { scopes, limits } = defaults;
  return createHash("sha256")
    .update(canonicalJson({ defaults: { scopes, limits }, tools: described }))
    .digest("hex");
}

export interface Denial {
  rule: string;
  reason: string;
  /** Scopes that are missing. */
  missingScopes?: readonly string[];
  /** A rule threw: the call is denied all the same. */
  cause?: unknown;
}

export interface Authorization {
  denial: Denial | undefined;
  /** Rules that threw without being enforced. */
  failed: Denial[];
  /** Ids of rules that are not enforced and would have denied. */
  wouldDeny: string[];
}

/** Scopes first, then the rules in their order; the first that denies decides. */
export async function authorize(policy: ToolPolicy, facts: CallFacts): Promise<Authorization> {
  const wouldDeny: string[] = [];
  const failed: Denial[] = [];
  const missingScopes = policy.scopes.filter((scope) => !facts.scopes.includes(scope));
  if (missingScopes.length > 0) {
    const reason = `missing scope ${missingScopes.join(", ")}`;
    return { denial: { rule: "scopes", reason, missingScopes }, wouldDeny, failed };
  }
  for (const rule of policy.rules) {
    const denial = await deniedBy(rule, facts);
    if (denial === undefined) continue;
    if (rule.enforce ?? true) return { denial, wouldDeny, failed };
    wouldDeny.push(rule.id);
    if (denial.cause !== undefined) failed.push(denial);
  }
  return { denial: undefined, wouldDeny, failed };
}

async function deniedBy(rule: NamedRule, facts: CallFacts): Promise<Denial | undefined> {
  let verdict: RuleVerdict;
  try {
    verdict = await rule.allow(facts);
  } catch (cause) {
    return { rule: rule.id, reason: `the rule ${rule.id} could not be decided`, cause };
  }
  if (verdict === true) return undefined;
  const own = typeof verdict === "string" && verdict !== "" ? verdict : undefined;
  return { rule: rule.id, reason: own ?? rule.reason ?? `not allowed by the rule ${rule.id}` };
}
