"use client";

import { useActionState, type ReactNode } from "react";
import { CopyButton } from "../ui/copy-button.tsx";
import { buttonClass, primaryButtonClass } from "../ui/modal-dialog.tsx";
import type { Outcome } from "./settings-views.ts";

/** A form that says what came of it: what is wrong, that it is done, or what is shown this once. */
export function OutcomeForm({
  action,
  submit,
  isMain = true,
  className,
  children,
}: {
  action: (form: FormData) => Promise<Outcome>;
  /** On the button. */
  submit: string;
  isMain?: boolean;
  className?: string;
  children?: ReactNode;
}): ReactNode {
  const [outcome, run, isPending] = useActionState<Outcome | undefined, FormData>(async (_before, form) => {
    try {
      return await action(form);
    } catch {
      return { fault: "This did not work. Your role or session may have changed: read the page again." };
    }
  }, undefined);
  return (
    <form action={run} className={className}>
      {children}
      <button type="submit" disabled={isPending} className={isMain ? primaryButtonClass : buttonClass}>
        {submit}
      </button>
      <OutcomeNote outcome={outcome} />
    </form>
  );
}

function OutcomeNote({ outcome }: { outcome: Outcome | undefined }): ReactNode {
  if (outcome === undefined) return null;
  if (outcome.fault !== undefined) {
    return (
      <p role="alert" className="mt-2 w-full rounded-md bg-warn-soft px-3 py-2 text-warn">
        {outcome.fault}
      </p>
    );
  }
  if (outcome.note === undefined) return null;
  return (
    <div role="status" className="mt-2 w-full min-w-0 rounded-md bg-raised px-3 py-2">
      <p>{outcome.note}</p>
      {outcome.secret === undefined ? null : (
        <p className="mt-1.5 flex flex-wrap items-center gap-2">
          <code className="min-w-0 rounded-sm border border-line bg-canvas px-2 py-1 font-mono text-xs break-all">
            {outcome.secret}
          </code>
          <CopyButton text={outcome.secret} label="Copy" />
        </p>
      )}
    </div>
  );
}
