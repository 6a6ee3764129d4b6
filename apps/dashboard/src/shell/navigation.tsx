"use client";

import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { keptQuery, screens } from "./screens.ts";

/** Keeps the time window when changing screens: the question stays the same, the view changes. */
export function Navigation(): ReactNode {
  const pathname = usePathname();
  const query = keptQuery(useSearchParams());
  return (
    <nav aria-label="Screens" className="flex gap-0.5 md:flex-col">
      {screens.map(({ href, label, Icon }) => {
        const isHere = href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
        return (
          <Link
            key={href}
            href={`${href}${query}`}
            prefetch={false}
            aria-current={isHere ? "page" : undefined}
            className="flex items-center gap-2 rounded-md px-2 py-1.5 font-medium text-soft hover:bg-raised hover:text-ink aria-[current=page]:bg-raised aria-[current=page]:text-ink"
          >
            <Icon size={15} aria-hidden className="max-sm:hidden" />
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
