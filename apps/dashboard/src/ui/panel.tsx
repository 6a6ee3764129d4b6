import { clsx } from "clsx";
import type { ReactNode } from "react";

/** A titled box. */
export function Panel({
  title,
  aside,
  children,
  className,
  flush = false,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without padding, for tables. */
  flush?: boolean;
}): ReactNode {
  return (
    <section className={clsx("rounded-lg border border-line bg-surface", className)}>
      {title === undefined ? null : (
        <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 pt-2.5 pb-1.5">
          <h2 className="text-[0.8125rem] font-semibold">{title}</h2>
          {aside}
        </header>
      )}
      <div className={flush ? "" : "px-4 pb-3.5"}>{children}</div>
    </section>
  );
}

/** Holds a panel's place while its rows are read, so that nothing jumps. */
export function PanelFallback({ className }: { className: string }): ReactNode {
  return <div aria-busy="true" className={clsx("rounded-lg border border-line bg-surface", className)} />;
}
