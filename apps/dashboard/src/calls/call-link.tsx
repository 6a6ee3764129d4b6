"use client";

import Link from "next/link";
import type { ReactNode } from "react";

/** A link to another call. It shows the call in the same place where `onOpenCall` is given, unless a new tab is asked for. */
export function CallLink({
  id,
  onOpenCall,
  children,
}: {
  id: string;
  onOpenCall?: (id: string) => void;
  children: ReactNode;
}): ReactNode {
  return (
    <Link
      href={`/calls/${id}`}
      prefetch={false}
      className="text-accent hover:underline"
      onClick={(event) => {
        if (!onOpenCall || event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        onOpenCall(id);
      }}
    >
      {children}
    </Link>
  );
}
