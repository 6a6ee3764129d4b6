/**
 * A schema that says what it gives, by the part of Standard Schema that types need: zod 3.24 and newer, zod 4, valibot,
 * arktype.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}
