import type { ErrorObject } from "ajv";
import type { Check, FoundIssue } from "../validator.ts";
import { compileSchema, type CompiledSchema } from "./compile-schema.ts";
import { issuesOf } from "./issues-of-errors.ts";
import { BacktrackingPattern } from "./pattern.ts";
import { MAX_COUNTED, prepareSchema, type PreparedSchema } from "./prepare-schema.ts";
import { withinTime } from "./time-limit.ts";

const COMPILE_MS = 2_000;
const VALIDATE_MS = 100;
/** A millisecond more for so many characters: ten times as long as a plain schema takes. */
const CHARACTERS_PER_MS = 1_024;
/** Within this size and without recursion, no schema takes long over any value. */
const SMALL_VALUE = 4_096;
const FEW_PATTERNS = 64;
/** Values of a larger size are told their first issue only: all of them could fill the memory. */
const MAX_SIZE_FOR_ALL = 65_536;
const MAX_TIMED_OUT = 3;

/**
 * How a JSON Schema looks at values: draft 2020-12, or as its `$schema` says.
 *
 * @throws {TypeError} that says which part of the schema cannot be used.
 */
export function jsonSchemaCheck(schema: unknown): Check {
  const prepared = prepareSchema(schema);
  const first = new BoundedSchema(prepared, false);
  first.compile();
  const every = new BoundedSchema(prepared, true);
  return (value, size) => {
    const errors = first.errorsOf(value, size);
    if (errors === undefined) return { value };
    if (errors === "too_long") return { found: [TOO_LONG] };
    const all = size <= MAX_SIZE_FOR_ALL ? every.errorsOf(value, size) : errors;
    const timedOut = new Set([...first.timedOut, ...every.timedOut]);
    return { found: issuesOf(Array.isArray(all) ? all : errors, prepared.schema, timedOut) };
  };
}

const TOO_LONG: FoundIssue = {
  path: [],
  code: "pattern_timeout",
  expected: "a value that the tool's schema can be checked against in time",
};

type Errors = readonly ErrorObject[];

/** A compiled schema that answers in bounded time, whoever wrote it. */
class BoundedSchema {
  readonly #prepared: PreparedSchema;
  readonly #everyError: boolean;
  #compiled: CompiledSchema | undefined;
  /** Sources of the patterns that took too long over the last value. */
  timedOut = new Set<string>();

  constructor(prepared: PreparedSchema, everyError: boolean) {
    this.#prepared = prepared;
    this.#everyError = everyError;
  }

  /** @throws {TypeError} where the schema cannot be compiled. */
  compile(): CompiledSchema {
    this.#compiled ??= compileInTime(this.#prepared, this.#everyError);
    return this.#compiled;
  }

  /** Undefined where the value is valid, which it never is where a pattern took too long. */
  errorsOf(value: unknown, size: number): Errors | "too_long" | undefined {
    const compiled = this.compile();
    this.timedOut = new Set();
    try {
      for (let attempt = 0; attempt <= MAX_TIMED_OUT; attempt++) {
        const answer = this.#isQuick(compiled, size)
          ? { value: compiled.errorsOf(value) }
          : withinTime(VALIDATE_MS + Math.ceil(size / CHARACTERS_PER_MS), () => compiled.errorsOf(value));
        if (answer !== undefined) return answer.value ?? (this.timedOut.size > 0 ? "too_long" : undefined);
        const slow = BacktrackingPattern.takeRunning();
        if (slow === undefined) break;
        slow.gaveUp = true;
        this.timedOut.add(slow.source);
      }
      // Stopped in the middle of something that is not made for it.
      this.#compiled = undefined;
      return "too_long";
    } finally {
      for (const pattern of compiled.backtracking) pattern.gaveUp = false;
    }
  }

  #isQuick({ backtracking }: CompiledSchema, size: number): boolean {
    const { parts, patterns } = this.#prepared;
    return size <= SMALL_VALUE && parts < MAX_COUNTED && patterns <= FEW_PATTERNS && backtracking.length === 0;
  }
}

function compileInTime(prepared: PreparedSchema, everyError: boolean): CompiledSchema {
  let compiled: { value: CompiledSchema } | undefined;
  try {
    compiled = withinTime(COMPILE_MS, () => compileSchema(prepared, everyError));
  } catch (cause) {
    throw new TypeError(`the schema cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (compiled === undefined) throw new TypeError(`the schema takes more than ${COMPILE_MS} ms to compile`);
  return compiled.value;
}
