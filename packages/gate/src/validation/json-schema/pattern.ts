import { RE2JS } from "re2js";
import { toLinearPattern } from "./linear-pattern.ts";

/** Finds a pattern in a text, as a `RegExp` does. */
export interface Pattern {
  test(text: string): boolean;
  toString(): string;
}

/**
 * A pattern whose time grows with the text and no faster; undefined where RE2 has no such pattern. ECMAScript's own
 * engine takes exponential time over some, and patterns come from servers that nobody here has written.
 */
export function linearPattern(source: string): Pattern | undefined {
  const translated = toLinearPattern(source);
  if (translated === undefined) return undefined;
  try {
    const compiled = RE2JS.compile(translated);
    return { test: (text) => compiled.test(text), toString: () => `/${source}/linear` };
  } catch {
    // Too many repetitions for RE2, or no pattern at all.
    return undefined;
  }
}

/**
 * A pattern for ECMAScript's own engine, which must only run within a time limit.
 *
 * @throws {SyntaxError} where it is no pattern.
 */
export class BacktrackingPattern implements Pattern {
  static #running: BacktrackingPattern | undefined;
  /** Took too long: fails from then on, until it is reset. */
  gaveUp = false;
  readonly source: string;
  readonly #regExp: RegExp;

  /** The one that was being looked for when the time ran out: it is what took it. */
  static takeRunning(): BacktrackingPattern | undefined {
    const running = BacktrackingPattern.#running;
    BacktrackingPattern.#running = undefined;
    return running;
  }

  constructor(source: string) {
    this.source = source;
    this.#regExp = compile(source);
  }

  test(text: string): boolean {
    if (this.gaveUp) return false;
    BacktrackingPattern.#running = this;
    const found = this.#regExp.test(text);
    BacktrackingPattern.#running = undefined;
    return found;
  }

  toString(): string {
    return `/${this.source}/backtracking`;
  }
}

/** Strictly as JSON Schema asks, else as browsers' forms long did: `[\w-.]` is written everywhere. */
function compile(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch {
    return new RegExp(source);
  }
}
