import { Hourglass } from "lucide-react";
import type { ReactNode } from "react";

/** Stands where an answer would have taken too long. The other parts of a screen do not wait for it. */
export function TooSlow({ what }: { what: string }): ReactNode {
  return (
    <p className="flex items-center gap-2 px-4 py-3 text-soft">
      <Hourglass size={14} aria-hidden className="shrink-0" />
      {what} would take too long. Look at a shorter time, or name a tool, a server or a session.
    </p>
  );
}
