"use client";

import { Gauge, ListTree, Rows3 } from "lucide-react";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import type { ReactNode } from "react";

const screens = [
  { href: "/", label: "Overview", Icon: Gauge },
  { href: "/sessions", label: "Sessions", Icon: ListTree },
  { href: "/calls", label: "Calls", Icon: Rows3 },
] as const;

/** Keeps the time window when changing screens: the question stays the same, the view changes. */
export function Navigation(): ReactNode {
  const pathname = usePathname();
  const current = useSearchParams();
  const kept = new URLSearchParams();
  for (const name of ["project", "range", "from", "to"]) {
    const value = current.get(name);
    if (value !== null) kept.set(name, value);
  }
  const query = kept.size > 0 ? `?${kept.toString()}` : "";
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
