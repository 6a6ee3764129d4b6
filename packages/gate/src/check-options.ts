import { mutabilities, onceModes } from "@tachograph/record";
import { isObject } from "./is-object.ts";
import type { GateOptions, ToolOptions } from "./options.ts";

/** What is wrong with a value, and what to write instead; undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const orElse =
  (isRight: (value: unknown) => boolean, write: string): Check =>
  (value) =>
    isRight(value) ? undefined : `is ${shown(value)}; write ${write}`;

const shown = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 64));
  if (typeof value === "function") return "a function";
  return isObject(value) ? (Array.isArray(value) ? "a list" : "an object") : String(value);
};

const oneOf = (members: readonly unknown[]): Check =>
  orElse((value) => members.includes(value), members.map((member) => JSON.stringify(member)).join(" or "));
const text = orElse((value) => typeof value === "string" && value !== "", "a text that is not empty");
const texts = orElse(
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string" && item !== ""),
  "a list of texts",
);
const flag = oneOf([true, false]);
const callable = orElse((value) => typeof value === "function", "a function");
const positive = (unit: string): Check =>
  orElse((value) => typeof value === "number" && value > 0 && value <= 2_147_483_647, `a number of ${unit} above 0`);
const notNegative = (unit: string): Check =>
  orElse(
    (value) => typeof value === "number" && value >= 0 && value <= 2_147_483_647,
    `a number of ${unit}, 0 or more`,
  );
const anything: Check = () => undefined;
const object = orElse((value) => isObject(value) && !Array.isArray(value), "an object");

/** An object with these members and no others. */
function members(checks: Record<string, Check>): Check {
  return (value) => {
    const wrong = object(value);
    if (wrong !== undefined) return wrong;
    for (const [name, member] of Object.entries(value as object)) {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (check === undefined) return `has an unknown option "${name}"; known are ${Object.keys(checks).join(", ")}`;
      const found = member === undefined ? undefined : check(member);
      if (found !== undefined) return nested(name, found);
    }
    return undefined;
  };
}

/** `tools.refund: unknown option …` reads better than a tower of "has". */
const nested = (name: string, found: string): string =>
  found.startsWith("has ") || found.startsWith("is ") ? `: ${name} ${found}` : `: ${name}${found}`;

const either =
  (first: Check, isFirst: (value: unknown) => boolean, second: Check): Check =>
  (value) =>
    isFirst(value) ? first(value) : second(value);

const isFlag = (value: unknown): boolean => typeof value === "boolean";
const limitChecks = {
  calls: orElse((value) => Number.isSafeInteger(value) && (value as number) > 0, "a whole number above 0"),
  windowSeconds: positive("seconds"),
};
const limit = members(limitChecks);
const wholeLimit: Check = (value) => {
  const found = limit(value);
  if (found !== undefined) return found;
  const { calls, windowSeconds } = value as { calls?: unknown; windowSeconds?: unknown };
  return calls === undefined || windowSeconds === undefined
    ? "is half a limit; write { calls: 10, windowSeconds: 60 }"
    : undefined;
};
const ruleChecks = { allow: callable, reason: text, enforce: flag };
const rule: Check = (value) => {
  if (typeof value === "function") return undefined;
  if (!isObject(value)) return `is ${shown(value)}; write (call) => true where the call may go on`;
  const found = members(ruleChecks)(value);
  if (found !== undefined) return found;
  return (value as { allow?: unknown }).allow === undefined
    ? "has no allow; write allow: (call) => true where the call may go on"
    : undefined;
};
const rules: Check = (value) => {
  const wrong = object(value);
  if (wrong !== undefined) return wrong;
  for (const [id, given] of Object.entries(value as object)) {
    if (!/^[\w.:-]{1,64}$/.test(id))
      return `has a rule "${id.slice(0, 64)}"; name it with letters, digits and _ . : - (64 at most)`;
    const found = rule(given);
    if (found !== undefined) return nested(id, found);
  }
  return undefined;
};
const errorRuleChecks = {
  match: orElse(
    (value) => typeof value === "string" || typeof value === "function" || texts(value) === undefined,
    "a code, a list of codes, or a function of the error",
  ),
  retry: oneOf(["retryable", "correctable", "verify", "terminal"]),
  effect: oneOf(["none", "applied", "unknown"]),
  code: text,
  hint: text,
  afterMs: notNegative("milliseconds"),
};
const errorRule = members(errorRuleChecks);
const errorRules: Check = (value) => {
  if (!Array.isArray(value)) return `is ${shown(value)}; write true, false or a list of rules`;
  for (const [index, item] of value.entries()) {
    const found = errorRule(item);
    if (found !== undefined) return nested(`[${index}]`, found);
    if (item.match === undefined || item.retry === undefined)
      return `: [${index}] needs both; write { match: "ECONNREFUSED", retry: "retryable" }`;
  }
  return undefined;
};
const onceChecks = {
  key: callable,
  keyArgument: text,
  mode: oneOf(onceModes),
  volatileArgs: texts,
  repeatable: flag,
  waitMs: notNegative("milliseconds"),
  retentionHours: positive("hours"),
  storeResult: oneOf(["exact", "none"]),
  readBackWith: text,
  confirmRepeat: oneOf(["agent", "person"]),
  confirmArgument: text,
  reconcile: callable,
};
const once = members(onceChecks);

const forAllTools = {
  validate: flag,
  scopes: texts,
  limits: members({ perSession: wholeLimit, perPrincipal: wholeLimit }),
  timeout: positive("milliseconds"),
  errors: either(flag, isFlag, errorRules),
  capture: oneOf(["redacted", "none"]),
};
const toolChecks = {
  ...forAllTools,
  mutability: oneOf(mutabilities),
  input: orElse(
    (value) => (isObject(value) || typeof value === "function") && "~standard" in (value as object),
    "the schema that the tool is registered with, such as z.object({ … })",
  ),
  rules,
  once: either(flag, isFlag, once),
};
const toolOptions = members(toolChecks);
const ledger: Check = orElse(
  (value) => isObject(value) && typeof value["record"] === "function",
  "openLedger({ url }) of @tachograph/ledger",
);
const auditChecks = { mutating: oneOf(["refuse", "proceed"]), read: oneOf(["refuse", "proceed"]) };
const recorderChecks: Record<string, Check> = {
  project: text,
  journalDirectory: text,
  ledger,
  redact: object,
  captureLimits: object,
  fingerprintKey: anything,
  onDiagnostic: callable,
};
const gateChecks: Record<string, Check> = {
  ...recorderChecks,
  tools: object,
  defaults: members({ ...forAllTools, once: flag }),
  environment: text,
  auditUnavailable: members(auditChecks),
  sessionMetaKeys: texts,
  toolUseIdMetaKeys: texts,
  idempotencyKeyMetaKeys: texts,
  principal: callable,
};

/** Every option by its level, for whoever describes them. */
export const optionNames = {
  gate: Object.keys(gateChecks),
  defaults: [...Object.keys(forAllTools), "once"],
  tool: Object.keys(toolChecks),
  once: Object.keys(onceChecks),
  rule: Object.keys(ruleChecks),
  limit: Object.keys(limitChecks),
  error: Object.keys(errorRuleChecks),
  auditUnavailable: Object.keys(auditChecks),
};

/** @throws {TypeError} that names the tool, the option, what is wrong with it and what to write. */
export function checkGateOptions(options: GateOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(gateChecks, name) ? gateChecks[name] : undefined;
    if (check === undefined) fail(`unknown option "${name}"; known are ${Object.keys(gateChecks).join(", ")}`);
    const found = value === undefined ? undefined : check(value);
    if (found !== undefined) fail(`${name}${found.startsWith(":") ? found : ` ${found}`}`);
  }
  for (const [tool, given] of Object.entries(options.tools ?? {})) {
    const found = toolOptions(given);
    if (found !== undefined) fail(`tool "${tool}"${found.startsWith(":") ? found : ` ${found}`}`);
    checkOnce(tool, given, options);
  }
  if (options.defaults?.once === true && !keepsOperations(options)) fail(`defaults: once ${NEEDS_LEDGER}`);
}

const NEEDS_LEDGER = "needs a ledger to keep operations in; write ledger: openLedger() of @tachograph/ledger";

const storeMethods = [
  "claim",
  "confirmRepeat",
  "find",
  "settle",
  "runAtomic",
  "heartbeat",
  "resolve",
  "checkFingerprintKey",
];
const keepsOperations = ({ ledger }: GateOptions): boolean =>
  storeMethods.every((name) => typeof (ledger as Record<string, unknown> | undefined)?.[name] === "function");

function checkOnce(tool: string, given: ToolOptions, options: GateOptions): void {
  if (given.once === undefined || given.once === false) return;
  if (given.mutability === "read")
    fail(`tool "${tool}": once is for tools that change something; leave it out, or correct mutability: "read"`);
  if (!keepsOperations(options)) fail(`tool "${tool}": once ${NEEDS_LEDGER}`);
  if (given.validate === false)
    fail(`tool "${tool}": once needs valid arguments to name an operation by; leave validate: false out`);
  const { mode, readBackWith, reconcile } = given.once === true ? {} : given.once;
  if (readBackWith === tool) fail(`tool "${tool}": once.readBackWith is the tool itself; name one that only reads`);
  if (mode === "atomic" && reconcile !== undefined)
    fail(
      `tool "${tool}": once.reconcile is never asked with mode "atomic", whose effect commits with its record; leave it out`,
    );
}

function fail(message: string): never {
  throw new TypeError(`tachograph(): ${message}`);
}
