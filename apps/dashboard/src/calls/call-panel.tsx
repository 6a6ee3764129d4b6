"use client";

import { ChevronDown, ChevronUp, ExternalLink, X } from "lucide-react";
import Link from "next/link";
import { Dialog } from "radix-ui";
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";
import { callHref } from "../scope/hrefs.ts";
import { CallDetailView } from "./call-detail-view.tsx";
import type { CallDetail } from "./call-detail.ts";
import { isTyping } from "../shell/is-typing.ts";
import { loadCallDetail } from "./load-calls.ts";
import { neighboursIn, type Neighbours } from "./neighbours.ts";

type Loaded = { id: string; detail: CallDetail | null } | { id: string; failed: true } | undefined;

/** The call of one row beside its list; `[` and `]` go to the previous and next row of that list. */
export function CallPanel({
  project,
  callId,
  rows,
  findNeighbours,
  onChange,
}: {
  project: string;
  callId: string | null;
  /** The rows of the list that are there. */
  rows: readonly { id: string }[];
  /** Looks up what stands beside a row that is not among them, or at their end. */
  findNeighbours?: (id: string) => Promise<Neighbours>;
  onChange: (id: string | null) => void;
}): ReactNode {
  const [loaded, setLoaded] = useState<Loaded>();
  const [attempt, setAttempt] = useState(0);
  const opener = useRef<Element | null>(null);

  useEffect(() => {
    if (callId === null) return;
    let stale = false;
    loadCallDetail({ project, id: callId }).then(
      (detail) => {
        if (!stale) setLoaded({ id: callId, detail });
      },
      () => {
        if (!stale) setLoaded({ id: callId, failed: true });
      },
    );
    return () => {
      stale = true;
    };
  }, [project, callId, attempt]);

  const { previous, next } = useNeighbours(callId, rows, findNeighbours);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (callId === null || event.metaKey || event.ctrlKey || event.altKey) return;
    if (isTyping(event.target)) return;
    const target = event.key === "[" ? previous : event.key === "]" ? next : null;
    if (target !== null) onChange(target);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const isCurrent = loaded !== undefined && loaded.id === callId;
  return (
    <Dialog.Root open={callId !== null} modal={false} onOpenChange={(open) => (open ? undefined : onChange(null))}>
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          onInteractOutside={(event) => event.preventDefault()}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener.current instanceof HTMLElement) opener.current.focus({ preventScroll: true });
          }}
          className="fixed inset-y-0 right-0 z-20 flex w-full max-w-[38rem] flex-col border-l border-line-strong bg-surface shadow-2xl shadow-black/25 outline-none"
        >
          <div className="flex items-center gap-1 border-b border-line px-4 py-2">
            <Dialog.Title className="mr-auto text-sm font-semibold">Call</Dialog.Title>
            <StepButton label="Previous row ([)" target={previous} onChange={onChange}>
              <ChevronUp size={16} aria-hidden />
            </StepButton>
            <StepButton label="Next row (])" target={next} onChange={onChange}>
              <ChevronDown size={16} aria-hidden />
            </StepButton>
            {callId === null ? null : (
              <Link
                href={callHref({ project, id: callId })}
                prefetch={false}
                title="Open on its own page"
                aria-label="Open on its own page"
                className="rounded-md p-1.5 text-soft hover:bg-raised hover:text-ink"
              >
                <ExternalLink size={15} aria-hidden />
              </Link>
            )}
            <Dialog.Close
              aria-label="Close (Esc)"
              title="Close (Esc)"
              className="rounded-md p-1.5 text-soft hover:bg-raised hover:text-ink"
            >
              <X size={16} aria-hidden />
            </Dialog.Close>
          </div>
          <div
            aria-busy={!isCurrent}
            className="flex-1 overflow-y-auto px-4 py-3 transition-opacity aria-busy:opacity-50 aria-busy:delay-150"
          >
            {loaded === undefined ? null : "failed" in loaded ? (
              <p role="alert" className="text-warn">
                The call could not be read.{" "}
                <button type="button" className="font-medium underline" onClick={() => setAttempt(attempt + 1)}>
                  Try again
                </button>
              </p>
            ) : loaded.detail === null ? (
              <p className="text-soft">There is no call with this id.</p>
            ) : (
              <CallDetailView
                key={loaded.id}
                detail={loaded.detail}
                onOpenCall={onChange}
                onReload={() => setAttempt(attempt + 1)}
              />
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const nowhere: Neighbours = { previous: null, next: null };

function useNeighbours(
  callId: string | null,
  rows: readonly { id: string }[],
  find: ((id: string) => Promise<Neighbours>) | undefined,
): Neighbours {
  const known = callId === null ? nowhere : neighboursIn(rows, callId, find !== undefined);
  const [found, setFound] = useState<Neighbours & { of: string }>();
  const asked = known === undefined ? callId : null;
  useEffect(() => {
    if (asked === null || find === undefined) return;
    let stale = false;
    find(asked).then(
      (neighbours) => {
        if (!stale) setFound({ ...neighbours, of: asked });
      },
      // Without them the buttons stay as they are: off.
      () => {},
    );
    return () => {
      stale = true;
    };
  }, [asked, find]);
  return known ?? (found?.of === asked ? found : nowhere) ?? nowhere;
}

function StepButton({
  label,
  target,
  onChange,
  children,
}: {
  label: string;
  target: string | null;
  onChange: (id: string) => void;
  children: ReactNode;
}): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={target === null}
      onClick={() => (target === null ? undefined : onChange(target))}
      className="rounded-md p-1.5 text-soft hover:bg-raised hover:text-ink disabled:opacity-35"
    >
      {children}
    </button>
  );
}
