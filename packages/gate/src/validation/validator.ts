/** One way in which a value breaks a schema, as an agent can act on it. */
export interface ArgumentIssue {
  /** JSON pointer into the value (RFC 6901), at most 256 characters; empty for the whole. */
  path: string;
  /** One of a small set for all kinds of schema, by zod's names: `required`, `invalid_type`, `too_big`, … */
  code: string;
  /** What would be valid there, as a phrase. */
  expected: string;
  /** What was there, at most 64 characters; undefined where nothing was or it must not be shown. */
  got: string | undefined;
}

export type ValidationResult =
  | {
      valid: true;
      /** What the schema made of the value: with its defaults, without what it strips. The value itself is as it was. */
      value: unknown;
    }
  | {
      valid: false;
      /** At most 20. */
      issues: ArgumentIssue[];
      /** How many more there are. */
      more: number;
    };

/** Shows a value to the agent, without secrets; undefined where it must not be shown. Cut at 64 characters afterwards. */
export type RenderValue = (value: unknown, path: string) => string | undefined;

export interface Validator {
  /** Never throws, never rejects. A promise only where the schema itself waits. @defaultValue render: `renderValue` */
  validate(value: unknown, render?: RenderValue): ValidationResult | Promise<ValidationResult>;
}

/** An issue before the value at its path is shown. */
export interface FoundIssue {
  path: readonly PropertyKey[];
  code: string;
  expected: string;
}

/** How one kind of schema looks at a value. */
export type Finding = { value: unknown } | { found: FoundIssue[]; more?: number };
export type Check = (value: unknown, size: number) => Finding | Promise<Finding>;
