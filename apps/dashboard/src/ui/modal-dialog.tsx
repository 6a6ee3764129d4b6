"use client";

import { clsx } from "clsx";
import { useEffect, useId, useRef, type ReactNode } from "react";

export const buttonClass =
  "rounded-md border border-line-strong bg-surface px-3 py-1.5 font-medium hover:bg-raised disabled:opacity-50";
export const primaryButtonClass =
  "rounded-md border border-ink bg-ink px-3 py-1.5 font-medium text-surface hover:opacity-90 disabled:opacity-50";

/**
 * Something that has to be answered, or closed, before anything else. The browser's own dialog: it keeps the focus in,
 * closes on Esc, and gives the focus back. What it holds begins anew each time it opens.
 */
export function ModalDialog({
  title,
  isTitleShown = true,
  isOpen,
  onClose,
  className,
  children,
}: {
  title: string;
  isTitleShown?: boolean;
  isOpen: boolean;
  onClose: () => void;
  /** @defaultValue a box for a question */
  className?: string;
  children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    if (!isOpen) return dialog.current?.close();
    dialog.current?.showModal();
    // The browser takes the first thing that can have the focus, which need not be what somebody types into.
    dialog.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        // Beside what it holds there is only the backdrop.
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
      className={clsx(
        "mx-auto max-h-[80vh] overflow-y-auto rounded-lg border border-line-strong bg-surface text-ink shadow-2xl shadow-black/25 backdrop:bg-black/40",
        className ?? "mt-[15vh] w-[min(30rem,calc(100vw-2rem))]",
      )}
    >
      {isOpen ? (
        <div className={className === undefined ? "p-5" : undefined}>
          <h2 id={titleId} className={isTitleShown ? "mb-2 text-sm font-semibold" : "sr-only"}>
            {title}
          </h2>
          {children}
        </div>
      ) : null}
    </dialog>
  );
}
