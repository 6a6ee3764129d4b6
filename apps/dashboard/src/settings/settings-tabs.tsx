"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useProject } from "../scope/use-project.ts";
import { scopeQuery } from "../scope/scope.ts";
import type { ReactNode } from "react";

const tabs = [
  { href: "/settings/you", label: "You" },
  { href: "/settings/users", label: "Users" },
  { href: "/settings/projects", label: "Projects" },
  { href: "/settings/keys", label: "API keys" },
  { href: "/settings/access-log", label: "Access log" },
  { href: "/settings/instance", label: "This instance" },
] as const;

/** The parts of the settings. All are listed: a part says itself who may see it. */
export function SettingsTabs(): ReactNode {
  const pathname = usePathname();
  const query = scopeQuery({ project: useProject() });
  return (
    <nav aria-label="Settings" className="mb-4 flex gap-1 overflow-x-auto border-b border-line">
      {tabs.map(({ href, label }) => (
        <Link
          key={href}
          href={`${href}${query}`}
          prefetch={false}
          aria-current={pathname === href ? "page" : undefined}
          className="-mb-px border-b-2 border-transparent px-2.5 py-1.5 font-medium whitespace-nowrap text-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
