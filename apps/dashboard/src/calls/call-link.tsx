"use client";

import { clsx } from "clsx";
import Link from "next/link";
import type { ReactNode } from "react";
import { callHref } from "../scope/hrefs.ts";

/** A link to another call. It shows the call in the same place where `onOpenCall` is given, unless a new tab is asked for. */
export function CallLink({
  project,
  id,
  onOpenCall,
  inText = false,
  children,
}: {
  project: string;
  id: string;
  onOpenCall?: (id: string) => void;
  /** Stands in a sentence, where colour alone does not tell it from the words around it. */
  inText?: boolean;
  children: ReactNode;
}): ReactNode {
  return (
    <Link
      href={callHref({ project, id })}
      prefetch={false}
      className={clsx("text-accent", inText ? "underline underline-offset-2" : "hover:underline")}
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
