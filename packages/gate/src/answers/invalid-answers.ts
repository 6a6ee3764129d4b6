import { nearestNames, type Mutability, type PayloadIssue } from "@tachograph/record";
import type { ArgumentIssue } from "../validation/validator.ts";
import type { Answer } from "./error-result.ts";
import { mayBeShown } from "./fit-payload.ts";

import { issuePhrases, lookWith, MAX_TOLD, nameOf, type AnsweredCall } from "./phrases.ts";

export interface InvalidArguments extends AnsweredCall {
  issues: readonly ArgumentIssue[];
  /** Issues beyond these. */
  more: number;
  /** Arguments that would be valid, and whether some of them are invented. */
  example?: { value: unknown; isMadeUp: boolean };
}

const MAX_EXAMPLE_IN_SENTENCE = 240;
const MADE_UP = "Values of the example that are not yours are made up: send the real ones.";
const payloadIssue = ({ path, expected, got }: ArgumentIssue): PayloadIssue => ({ param: path, expected, got });

/** The call broke the tool's input schema: nothing ran. */
export function invalidArguments({ callId, tool, issues, more, example }: InvalidArguments): Answer {
  const [first, ...others] = issues;
  const json = example === undefined || !mayBeShown(example.value) ? "" : JSON.stringify(example.value);
  const isMadeUp = example?.isMadeUp === true;
  const opening = isMadeUp ? "Valid would be this, with real values in the place of made-up ones" : "Valid would be";
  const such = json === "" || json.length > MAX_EXAMPLE_IN_SENTENCE ? "" : ` ${opening}: ${json}`;
  return {
    sentence:
      `${nameOf(tool)} was not run, because its arguments are not valid. ${issuePhrases(issues, more)}. ` +
      `Correct this and call again.${such}`,
    payload: {
      code: "invalid_argument",
      retry: "correctable",
      effect: "none",
      ...(first && payloadIssue(first)),
      ...(others.length > 0 && { issues: others.slice(0, MAX_TOLD - 1).map(payloadIssue) }),
      ...(example !== undefined && { example: example.value, ...(isMadeUp && { hint: MADE_UP }) }),
      call_id: callId,
    },
  };
}

export interface InvalidOutput extends AnsweredCall {
  mutability: Mutability;
  issues: readonly ArgumentIssue[];
  more: number;
  /** Tool with which the agent sees what was done. */
  readBackWith?: string;
}

/** The tool ran, and its result is not what it promises. */
export function invalidOutput({ callId, tool, mutability, issues, more, readBackWith }: InvalidOutput): Answer {
  const reads = mutability === "read";
  const advice = reads
    ? "Calling again will not help."
    : `Do not call again: what it does has been done. See it ${lookWith(readBackWith)}.`;
  const wrong = issues.length === 0 ? "" : ` (${issuePhrases(issues, more)})`;
  const [first] = issues;
  return {
    sentence: `${nameOf(tool)} ran, but its result is not of the form that it promises${wrong}. ${advice}`,
    payload: {
      code: "invalid_output",
      retry: "terminal",
      effect: reads ? "none" : "applied",
      // What was there is the tool's data, and not the caller's.
      ...(first && { param: first.path, expected: first.expected }),
      hint: advice,
      call_id: callId,
    },
  };
}

export interface UnknownTool extends AnsweredCall {
  /** Names of the tools that there are. */
  offered: readonly string[];
}

const MAX_OFFERED = 12;

/** There is no such tool, or it is switched off. */
export function unknownTool({ callId, tool, offered }: UnknownTool): Answer {
  const near = nearestNames(tool, offered);
  const shown = near.length > 0 ? near : offered.slice(0, MAX_OFFERED);
  const rest = near.length > 0 ? 0 : offered.length - shown.length;
  const names = shown.map(nameOf).join(near.length > 0 ? " or " : ", ") + (rest > 0 ? ` and ${rest} more` : "");
  const hint =
    shown.length === 0
      ? "No tools are offered now."
      : near.length > 0
        ? `Did you mean ${names}?`
        : `There are ${names}.`;
  return {
    sentence: `There is no tool "${nameOf(tool)}", so nothing was run. ${hint}`,
    payload: {
      code: "unknown_tool",
      retry: "correctable",
      effect: "none",
      got: nameOf(tool),
      ...(shown.length > 0 && { expected: names }),
      hint,
      call_id: callId,
    },
  };
}
