"use client";

import type { CallRecord } from "@tachograph/record";
import { Check, Copy, TriangleAlert } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState, type ReactNode } from "react";
import { callHref } from "../scope/hrefs.ts";
import { menuClass, MenuItem, toolButtonClass } from "../ui/menu.tsx";
import { loadCallRequest } from "./load-calls.ts";

type State = "idle" | "copied" | "failed";
const SHOWN_MS = 1_800;

/** A call for the clipboard: where it is, what it is called, its row, or the request that it was. */
export function CopyMenu({
  call,
  canSeePayloads,
}: {
  call: CallRecord;
  /** Whether the request can be copied with its arguments. */
  canSeePayloads: boolean;
}): ReactNode {
  const [state, setState] = useState<State>("idle");
  const copy = (textOf: () => string | Promise<string>): void => {
    const settle = (next: State): void => {
      setState(next);
      setTimeout(() => setState("idle"), SHOWN_MS);
    };
    Promise.resolve(textOf())
      .then((text) => navigator.clipboard.writeText(text))
      .then(
        () => settle("copied"),
        () => settle("failed"),
      );
  };
  const Icon = { idle: Copy, copied: Check, failed: TriangleAlert }[state];
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={toolButtonClass}>
        <Icon size={13} aria-hidden />
        <span aria-live="polite">{{ idle: "Copy", copied: "Copied", failed: "Could not copy" }[state]}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className={menuClass}>
          <MenuItem onSelect={() => copy(() => new URL(callHref(call), window.location.href).href)}>Link</MenuItem>
          <MenuItem onSelect={() => copy(() => call.id)}>Id</MenuItem>
          <MenuItem onSelect={() => copy(() => JSON.stringify(call, null, 2))}>Row as JSON</MenuItem>
          <MenuItem
            disabled={!canSeePayloads || call.tool === null}
            onSelect={() => copy(() => loadCallRequest({ project: call.project, id: call.id }))}
          >
            Request as JSON-RPC
          </MenuItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
