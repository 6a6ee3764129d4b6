import type { Effect, RetryClass } from "@tachograph/record";

/** What a failure says about trying again; a failure always says something. */
export type FailureClass = Exclude<RetryClass, "none">;

/** What one of your own errors means for the next attempt. */
export interface ErrorRule {
  /**
   * Which errors: a signal of the error table such as `ECONNREFUSED`, `http:503` or `sql:23505`, the `code` or `name` of
   * an error of your own, or a predicate. Looked for in the error and its causes, at most 10 deep.
   */
  match: string | readonly string[] | ((error: unknown) => boolean);
  /** May it work later? For a tool that only reads, `verify` counts as `retryable`. */
  retry: FailureClass;
  /** May it already have happened? For a tool that only reads, always `none`. @defaultValue `unknown` for `verify`, else `none` */
  effect?: Effect;
  /** What the agent is told went wrong. @defaultValue the signal that matched */
  code?: string;
  /** What the agent should do now. */
  hint?: string;
  /** How long to wait before the next attempt, in milliseconds, where the error itself does not say. */
  afterMs?: number;
}
