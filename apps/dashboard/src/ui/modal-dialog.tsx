"use client";

import { Dialog } from "radix-ui";
import type { ReactNode } from "react";

export const buttonClass =
  "rounded-md border border-line-strong bg-surface px-3 py-1.5 font-medium hover:bg-raised disabled:opacity-50";
export const primaryButtonClass =
  "rounded-md border border-ink bg-ink px-3 py-1.5 font-medium text-surface hover:opacity-90 disabled:opacity-50";

/** A question that has to be answered before anything else. */
export function ModalDialog({
  title,
  isOpen,
  onClose,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-30 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[15vh] left-1/2 z-30 max-h-[80vh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 overflow-y-auto rounded-lg border border-line-strong bg-surface p-5 shadow-2xl shadow-black/25"
        >
          <Dialog.Title className="mb-2 text-sm font-semibold">{title}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
