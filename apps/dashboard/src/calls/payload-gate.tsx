"use client";

import { useRouter } from "next/navigation";
import { useActionState, useId, useState, type ReactNode } from "react";
import { Instant } from "../time/instant.tsx";
import { buttonClass, primaryButtonClass } from "../ui/modal-dialog.tsx";
import type { PayloadReason } from "./call-detail.ts";
import { closePayloads, openPayloads } from "./change-payload-access.ts";

const quickReasons = ["Incident", "Review", "Debugging"];

/** Asks why somebody wants to see arguments and results, before they do. */
export function PayloadGate({ project, onChange }: { project: string; onChange?: () => void }): ReactNode {
  const id = useId();
  const router = useRouter();
  const [reason, setReason] = useState("");
  const [fault, submit, isPending] = useActionState(async () => {
    const found = await openPayloads(project, reason);
    if (found === undefined) (onChange ?? (() => router.refresh()))();
    return found;
  }, undefined);
  return (
    <form action={submit} className="rounded-md border border-line bg-raised px-3 py-2.5">
      <label htmlFor={id} className="font-medium">
        Why do you want to see arguments and results?
      </label>
      <p id={`${id}-note`} className="mt-0.5 text-soft">
        It is kept in the access log with each call you open, and holds for 30 minutes.
      </p>
      <div className="mt-2 flex flex-wrap gap-1.5">
        {quickReasons.map((quick) => (
          <button
            key={quick}
            type="button"
            aria-pressed={reason === quick}
            onClick={() => setReason(quick)}
            className="rounded-full border border-line-strong bg-surface px-2.5 py-0.5 hover:bg-canvas aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            {quick}
          </button>
        ))}
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <input
          id={id}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          required
          minLength={3}
          maxLength={500}
          autoComplete="off"
          aria-describedby={`${id}-note`}
          placeholder="For example: incident 4711"
          className="min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-2.5 py-1.5"
        />
        <button type="submit" disabled={isPending} className={primaryButtonClass}>
          Show
        </button>
      </div>
      {fault === undefined ? null : (
        <p role="alert" className="mt-2 text-warn">
          {fault}
        </p>
      )}
    </form>
  );
}

/** For which reason arguments and results are shown, until when, and a way to end it. */
export function PayloadReasonNote({
  project,
  reason,
  onChange,
}: {
  project: string;
  reason: PayloadReason;
  /** Reads the call anew. @defaultValue the page is read anew */
  onChange?: () => void;
}): ReactNode {
  const router = useRouter();
  const [failed, end, isPending] = useActionState(async () => {
    try {
      await closePayloads(project);
    } catch {
      return true;
    }
    (onChange ?? (() => router.refresh()))();
    return false;
  }, false);
  if (reason.untilMs === null) return null;
  return (
    <form action={end} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-soft">
      <span className="min-w-0 break-words">
        Shown for “{reason.text}” until <Instant atMs={reason.untilMs} show="time" />.
      </span>
      <button type="submit" disabled={isPending} className={`${buttonClass} px-2 py-0.5 text-xs`}>
        Hide again
      </button>
      {failed ? (
        <span role="alert" className="text-warn">
          This could not be ended. Try again.
        </span>
      ) : null}
    </form>
  );
}
