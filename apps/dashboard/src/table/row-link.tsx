import Link from "next/link";
import type { MouseEvent, ReactNode } from "react";

/** The link of a row: it covers the row, opens in a new tab where the viewer asks for one, and else calls `onOpen`. */
export function RowLink({
  href,
  onOpen,
  label,
  children,
}: {
  href: string;
  onOpen?: () => void;
  label?: string;
  children: ReactNode;
}): ReactNode {
  const open = (event: MouseEvent): void => {
    if (!onOpen || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen();
  };
  return (
    <Link
      href={href}
      prefetch={false}
      onClick={open}
      aria-label={label}
      className="outline-none after:absolute after:inset-0 after:content-['']"
    >
      {children}
    </Link>
  );
}
