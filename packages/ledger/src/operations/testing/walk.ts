import * as fc from "fast-check";

const which = fc.nat(1);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("claim"), of: which, other: fc.nat(9), mode: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("claim again"), by: fc.nat(7) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("settle"), by: fc.nat(7), as: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("heartbeat"), by: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("confirm"), of: which, wrong: fc.nat(7) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("resolve"), of: which, applied: fc.boolean(), wrong: fc.nat(3) }),
  },
);
/** Steps of a group happen at once. Nothing happens at once with time, or with the sweep, which passes over what is locked. */
const group = fc.oneof(
  { weight: 6, arbitrary: fc.array(step, { minLength: 1, maxLength: 1 }) },
  { weight: 3, arbitrary: fc.array(step, { minLength: 2, maxLength: 3 }) },
  { weight: 3, arbitrary: fc.constantFrom(40_000, 120_000, 400_000).map((ms) => ({ pass: ms })) },
  { weight: 1, arbitrary: fc.constant("sweep" as const) },
);
/** What several owners do to two operations, and what happens meanwhile. */
export const walk = fc.record({
  mode: fc.constantFrom("at_most_once" as const, "at_most_once" as const, "idempotent" as const, "atomic" as const),
  guarded: fc.boolean(),
  groups: fc.array(group, { minLength: 4, maxLength: 14 }),
});
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
export type Walk = typeof walk extends fc.Arbitrary<infer Value> ? Value : never;
