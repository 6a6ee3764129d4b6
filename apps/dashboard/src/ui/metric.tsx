import { clsx } from "clsx";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

/** One number with its name; a link where there are rows behind it. */
export function Metric({
  label,
  value,
  note,
  href,
  grave = false,
}: {
  label: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  href?: string;
  /** Somebody should look at it. Told by a sign, not by colour alone. */
  grave?: boolean;
}): ReactNode {
  const body = (
    <>
      <dt className="text-xs text-soft">{label}</dt>
      <dd className={clsx("mt-0.5 flex items-center gap-1.5 text-lg leading-6 font-semibold", grave && "text-warn")}>
        {grave ? <TriangleAlert size={15} aria-label="Needs a look" /> : null}
        {href === undefined ? (
          value
        ) : (
          <Link
            href={href}
            prefetch={false}
            className="after:absolute after:inset-0 hover:underline focus-visible:outline-none"
          >
            {value}
          </Link>
        )}
      </dd>
      {note === undefined ? null : <dd className="mt-0.5 text-xs text-soft">{note}</dd>}
    </>
  );
  return (
    <div
      className={clsx(
        "relative -mt-px -ml-px min-w-0 border-t border-l border-line px-4 py-2.5",
        href !== undefined && "hover:bg-raised has-[a:focus-visible]:outline-2 has-[a:focus-visible]:outline-accent",
      )}
    >
      {body}
    </div>
  );
}

/** Metrics in a grid with hairlines between them. */
export function MetricGrid({
  children,
  min = "8.5rem",
  className,
}: {
  children: ReactNode;
  /** Least width of a metric, where `className` does not say how many stand beside each other. */
  min?: string;
  className?: string;
}): ReactNode {
  return (
    <dl
      className={clsx("grid overflow-hidden rounded-lg border border-line bg-surface", className)}
      style={className === undefined ? { gridTemplateColumns: `repeat(auto-fit, minmax(${min}, 1fr))` } : undefined}
    >
      {children}
    </dl>
  );
}
