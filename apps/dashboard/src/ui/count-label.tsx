import type { ReactNode } from "react";
import type { CappedCount } from "../calls/call-row.ts";
import { formatCount } from "../format.ts";

/** An exact count, or `10,000+`. */
export function CountLabel({ count, capped }: CappedCount): ReactNode {
  return (
    <span className="ml-1 text-sm font-normal text-soft">
      {formatCount(count)}
      {capped ? "+" : ""}
    </span>
  );
}
