import type { Effect } from "@tachograph/record";
import type { FailureClass } from "./error-rule.ts";

/** Found again across copies of this package. */
const BRAND = Symbol.for("tachograph.toolError");

export interface ToolErrorOptions {
  /** What went wrong, in a word for programs: `bank_busy`. @defaultValue the retry class */
  code?: string;
  /** What the agent should do now. */
  hint?: string;
  /** May it already have happened? @defaultValue `unknown` for `verify`, else `none` */
  effect?: Effect;
  cause?: unknown;
}

export interface RetryableOptions extends ToolErrorOptions {
  /** How long to wait before the next attempt, in milliseconds. @defaultValue 1 s, twice as long with each attempt */
  afterMs?: number;
}

export interface CorrectableOptions extends ToolErrorOptions {
  /** The argument that is wrong: its name, or a JSON pointer into the arguments. */
  param?: string;
  /** What would be valid there. */
  expected?: string;
  /** Arguments that would be valid. */
  example?: unknown;
}

export interface VerifyOptions extends ToolErrorOptions {
  /** Tool with which the agent sees whether it happened. */
  readBackWith?: string;
}

/** What a failure means, said by the handler that threw it. Its message is for the agent. */
export class ToolError extends Error {
  readonly [BRAND] = true;
  readonly retryClass: FailureClass;
  readonly code: string;
  readonly effect: Effect;
  readonly hint: string | undefined;
  readonly afterMs: number | undefined;
  readonly param: string | undefined;
  readonly expected: string | undefined;
  readonly example: unknown;
  readonly readBackWith: string | undefined;

  constructor(
    retryClass: FailureClass,
    message: string,
    options: RetryableOptions & CorrectableOptions & VerifyOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "ToolError";
    this.retryClass = retryClass;
    this.code = options.code ?? retryClass;
    this.effect = options.effect ?? (retryClass === "verify" ? "unknown" : "none");
    this.hint = options.hint;
    this.afterMs = options.afterMs;
    this.param = options.param;
    this.expected = options.expected;
    this.example = options.example;
    this.readBackWith = options.readBackWith;
  }
}

/** The same call may work later. */
export const retryable = (message: string, options?: RetryableOptions): ToolError =>
  new ToolError("retryable", message, options);

/** A corrected call may work: say which argument, and what would be valid. */
export const correctable = (message: string, options?: CorrectableOptions): ToolError =>
  new ToolError("correctable", message, options);

/** It may have happened: the agent must look before it does anything. */
export const verify = (message: string, options?: VerifyOptions): ToolError =>
  new ToolError("verify", message, options);

/** No repeat and no correction will help. */
export const terminal = (message: string, options?: ToolErrorOptions): ToolError =>
  new ToolError("terminal", message, options);

/** Whether an error is one of these, of whichever copy of this package. */
export function isToolError(error: unknown): error is ToolError {
  try {
    return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
  } catch {
    return false;
  }
}
