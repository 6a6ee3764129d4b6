"use client";

import { Fragment, type ReactNode } from "react";
import { ModalDialog } from "../ui/modal-dialog.tsx";

const shortcuts = [
  ["⌘K, Ctrl K", "Go anywhere: a screen, an id, a view"],
  ["/", "Search on this screen"],
  ["j, k", "Next and previous row"],
  ["Enter", "Open the row"],
  ["[, ]", "Previous and next row while one is open"],
  ["Esc", "Close"],
  ["g, G, m", "First and last call of a session, and its map"],
  ["?", "This list"],
] as const;

export const keyClass = "rounded-sm border border-line-strong bg-canvas px-1.5 font-mono text-xs";

/** What can be done without a mouse. */
export function Shortcuts({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactNode {
  return (
    <ModalDialog title="Keys" isOpen={isOpen} onClose={onClose}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-5 gap-y-2">
        {shortcuts.map(([keys, what]) => (
          <Fragment key={keys}>
            <dt>
              {keys.split(", ").map((key, index) => (
                <Fragment key={key}>
                  {index > 0 ? " " : null}
                  <kbd className={keyClass}>{key}</kbd>
                </Fragment>
              ))}
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
    </ModalDialog>
  );
}
