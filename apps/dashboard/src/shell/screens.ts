import { CircleHelp, Gauge, ListTree, Rows3, Settings, Wrench } from "lucide-react";

/** The screens that can be gone to from everywhere. */
export const screens = [
  { href: "/", label: "Overview", Icon: Gauge },
  { href: "/sessions", label: "Sessions", Icon: ListTree },
  { href: "/calls", label: "Calls", Icon: Rows3 },
  { href: "/tools", label: "Tools", Icon: Wrench },
  { href: "/operations", label: "Operations", Icon: CircleHelp },
  { href: "/settings", label: "Settings", Icon: Settings },
] as const;

/** What is taken along from screen to screen: the question stays the same, the view changes. `?range=7d` or empty. */
export function keptQuery(current: { get: (name: string) => string | null }): string {
  const kept = new URLSearchParams();
  for (const name of ["project", "range", "from", "to"]) {
    const value = current.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept.size > 0 ? `?${kept.toString()}` : "";
}
