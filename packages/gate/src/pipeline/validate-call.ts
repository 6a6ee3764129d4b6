import { invalidArguments, unknownTool } from "../answers/invalid-answers.ts";
import { internalError } from "../answers/refusal-answers.ts";
import { isObject } from "../is-object.ts";
import { createValidator } from "../validation/create-validator.ts";
import { exampleFor } from "../validation/examples/example-for.ts";
import type { ValidationResult, Validator } from "../validation/validator.ts";
import { isThenable, refuse, sinceUs, type GatedCall } from "./gated-call.ts";

const MAX_ECHO = 64;

/** Refuses a call of no tool, and arguments that break the tool's schema; all issues at once. Undefined: it goes on. */
export async function validateCall(gated: GatedCall): Promise<unknown> {
  const { gate, delivery, tool, policy } = gated;
  if (!policy.validate) return undefined;
  const from = performance.now();
  const { contracts } = gate;
  if (contracts.offers(tool) === false) {
    const answer = unknownTool({ callId: delivery.call.id, tool, offered: contracts.names() });
    return refuse(gated, answer, { outcome: "unknown_tool", reason: "there is no such tool" });
  }
  // What a server lists may say less than what the author of the options knows.
  const own = contracts.registeredTool(tool) === undefined ? policy.input : undefined;
  let validators: (Validator | undefined)[];
  try {
    validators = [contracts.validatorOf(tool, "input") ?? createValidator(policy.input), createValidator(own)];
  } catch (cause) {
    return schemaUnusable(gated, cause);
  }
  if (validators[0] === undefined && contracts.offers(tool) === undefined)
    return schemaUnusable(gated, new Error("the server does not say what its tools are"));
  const args = delivery.received.arguments ?? {};
  const render = (value: unknown): string | undefined => delivery.texts.show(value, MAX_ECHO);
  for (const validator of new Set(validators)) {
    const checking = validator?.validate(args, render);
    const result = isThenable(checking) ? await checking : checking;
    delivery.call.validateUs = sinceUs(from);
    if (result?.valid === false) return refuseArguments(gated, args, result, validator);
    if (isObject(result?.value)) gated.args = result.value;
  }
  delivery.call.phase = "validated";
  return undefined;
}

function refuseArguments(
  gated: GatedCall,
  args: unknown,
  { issues, more }: ValidationResult & { valid: false },
  validator: Validator | undefined,
): unknown {
  const { gate, delivery, tool } = gated;
  const schema = gate.contracts.jsonSchemaOf(tool, "input");
  // What redaction would not leave as it is must not come back in an example.
  const mayEcho = (value: unknown): boolean => {
    const json = JSON.stringify(value);
    return json !== undefined && delivery.texts.show(value, json.length + 1) === json;
  };
  const example = exampleFor(schema, args, issues, { mayEcho, validator });
  const answer = invalidArguments({
    callId: delivery.call.id,
    tool,
    issues,
    more,
    ...(example === undefined ? {} : { example }),
  });
  return refuse(gated, answer, {
    outcome: "invalid_input",
    issues: issues.map(({ path, code }) => ({ path, code })),
  });
}

/** Nothing says that the arguments are valid: an author who asked for validation is told, and the call is refused. */
function schemaUnusable(gated: GatedCall, cause: unknown): unknown {
  const { gate, delivery, tool } = gated;
  gate.recorder.report({
    code: "schema_unusable",
    message: `the input schema of ${tool} cannot be used to validate its arguments, so that its calls are refused`,
    cause,
  });
  return refuse(gated, internalError({ callId: delivery.call.id, tool, begun: false }), {
    outcome: "internal_error",
    reason: "the tool's input schema cannot be used",
  });
}
