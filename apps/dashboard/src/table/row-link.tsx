import Link from "next/link";
import type { MouseEvent, ReactNode } from "react";

/** The link of a row. It opens in a new tab where the viewer asks for one, and else calls `onOpen`. */
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
    <Link href={href} prefetch={false} onClick={open} aria-label={label} className="outline-none">
      {children}
    </Link>
  );
}

/** For a row's `onClick`: a click anywhere in it counts as one on its link, unless it ended a selection of text. */
export function followRowLink(event: MouseEvent<HTMLElement>): void {
  if (event.target instanceof Element && event.target.closest("a, button, input")) return;
  if (window.getSelection()?.isCollapsed === false) return;
  const { metaKey, ctrlKey, shiftKey } = event;
  const click = new window.MouseEvent("click", { bubbles: true, cancelable: true, metaKey, ctrlKey, shiftKey });
  event.currentTarget.querySelector("a")?.dispatchEvent(click);
}
