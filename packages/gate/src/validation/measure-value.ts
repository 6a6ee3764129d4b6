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
    const names = Array.isArray(current) ? undefined : Object.keys(current);
    const count = names === undefined ? (current as unknown[]).length : names.length;
    for (let index = 0; index < count; index++) {
      const name = names?.[index] ?? index;
      if (names !== undefined) size += String(name).length;
      const refusal = visit((current as Record<string, unknown>)[name], depth + 1);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
  const refusal = visit(value, 1);
  return refusal === undefined ? { size } : { refusal };
}
