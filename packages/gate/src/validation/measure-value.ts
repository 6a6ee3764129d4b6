export interface ValueLimits {
  /** Nesting of arrays and objects. */
  maxDepth: number;
  /** Characters of all texts and names, and one for each value. */
  maxSize: number;
}

export type Measured = { size: number; refusal?: undefined } | { refusal: "too_deep" | "too_large" };

/** How much there is to look at, found out before anything looks at it: recursion and time are then bounded. */
export function measureValue(value: unknown, { maxDepth, maxSize }: ValueLimits): Measured {
  let size = 0;
  const visit = (current: unknown, depth: number): Measured["refusal"] => {
    size += typeof current === "string" ? current.length + 1 : 1;
    if (size > maxSize) return "too_large";
    if (typeof current !== "object" || current === null) return undefined;
    if (depth > maxDepth) return "too_deep";
    return Array.isArray(current) ? visitItems(current, depth + 1) : visitMembers(current, depth + 1);
  };
  const visitItems = (items: readonly unknown[], depth: number): Measured["refusal"] => {
    for (const item of items) {
      const refusal = visit(item, depth);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
  const visitMembers = (members: object, depth: number): Measured["refusal"] => {
    for (const name of Object.keys(members)) {
      size += name.length;
      const refusal = visit((members as Record<string, unknown>)[name], depth);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
  const refusal = visit(value, 1);
  return refusal === undefined ? { size } : { refusal };
}
