import type { ReactNode } from "react";

/** A name and what stands there, in a list of such. */
export function Pair({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

export const PAIRS_GRID = "grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1 break-words";
