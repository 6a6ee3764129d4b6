import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Dialect, PreparedSchema } from "./prepare-schema.ts";
import { BacktrackingPattern, linearPattern, type Pattern } from "./pattern.ts";
import { uniqueItems } from "./unique-items.ts";

const classes = { "2020-12": Ajv2020, "2019-09": Ajv2019, "draft-07": Ajv } as const satisfies Record<Dialect, unknown>;

export interface CompiledSchema {
  /** Undefined where the value is valid. */
  errorsOf(value: unknown): readonly ErrorObject[] | undefined;
  /** Patterns that only ECMAScript's own engine can find. */
  backtracking: readonly BacktrackingPattern[];
}

/**
 * Compiles a schema on its own, so that nothing of it outlives it and ids of different servers do not meet.
 *
 * @param everyError - All errors of a value, else the first alone: much faster, and bounded for a hostile value.
 * @throws where the schema cannot be compiled.
 */
export function compileSchema({ schema, dialect }: PreparedSchema, everyError: boolean): CompiledSchema {
  const backtracking: BacktrackingPattern[] = [];
  const regExp = (source: string): Pattern => {
    const linear = linearPattern(source);
    if (linear !== undefined) return linear;
    const pattern = new BacktrackingPattern(source);
    backtracking.push(pattern);
    return pattern;
  };
  regExp.code = "pattern";
  const ajv = new classes[dialect]({
    allErrors: everyError,
    verbose: true,
    strict: false,
    logger: false,
    // The names of an object's prototype are not the caller's.
    ownProperties: true,
    // A schema is taken as far as it can be understood; metaschemas would refuse the sloppy and cost 10 ms.
    meta: false,
    validateSchema: false,
    // A large part that is used a thousand times must not be written a thousand times.
    inlineRefs: 8,
    code: { regExp },
  });
  ajv.removeKeyword("uniqueItems").addKeyword(uniqueItems);
  addFormats.default(ajv);
  const validate: ValidateFunction = ajv.compile(schema);
  return {
    errorsOf: (value) => {
      if (validate(value)) return undefined;
      const errors = validate.errors ?? [];
      // What it found of a value must not keep the value.
      validate.errors = null;
      return errors;
    },
    backtracking,
  };
}
