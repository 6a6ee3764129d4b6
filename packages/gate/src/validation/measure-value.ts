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
  let refusal: "too_deep" | "too_large" | undefined;
  const visit = (current: unknown, depth: number): void => {
    size += typeof current === "string" ? current.length + 1 : 1;
    if (size > maxSize) refusal = "too_large";
    if (typeof current !== "object" || current === null || refusal !== undefined) return;
    if (depth > maxDepth) {
      refusal = "too_deep";
      return;
    }
    if (Array.isArray(current)) {
      for (let index = 0; index < current.length && refusal === undefined; index++) visit(current[index], depth + 1);
      return;
    }
    for (const name of Object.keys(current)) {
      if (refusal !== undefined) return;
      size += name.length;
      visit((current as Record<string, unknown>)[name], depth + 1);
    }
  };
  visit(value, 1);
  return refusal === undefined ? { size } : { refusal };
}
