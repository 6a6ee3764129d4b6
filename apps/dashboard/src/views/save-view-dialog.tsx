"use client";

import { useState, useTransition, type ReactNode, type SubmitEvent } from "react";
import { useProject } from "../scope/use-project.ts";
import { buttonClass, ModalDialog, primaryButtonClass } from "../ui/modal-dialog.tsx";
import { saveView } from "./change-views.ts";
import { MAX_NAME_LENGTH, type ViewScreen } from "./view.ts";

/** Asks for the name of a view, and who is to see it. */
export function SaveViewDialog({
  isOpen,
  onClose,
  screen,
  query,
  canShare,
}: {
  isOpen: boolean;
  onClose: () => void;
  screen: ViewScreen;
  query: string;
  canShare: boolean;
}): ReactNode {
  const project = useProject();
  const [wrong, setWrong] = useState<string>();
  const [isSaving, startSaving] = useTransition();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    startSaving(async () => {
      const name = form.get("name");
      const isShared = form.get("shared") === "on";
      const view = { screen, query, name: typeof name === "string" ? name : "", isShared };
      const answer = await saveView(project, view).catch(() => "It could not be kept. Try again.");
      setWrong(answer);
      if (answer === undefined) onClose();
    });
  };
  return (
    <ModalDialog title="Keep this view" isOpen={isOpen} onClose={onClose}>
      <p className="text-soft">
        Its filters, columns and time window, under a name of yours. An existing one is replaced.
      </p>
      <form onSubmit={submit} className="mt-4 space-y-3">
        <label className="block">
          <span className="mb-1 block font-medium">Name</span>
          <input
            name="name"
            required
            maxLength={MAX_NAME_LENGTH}
            autoComplete="off"
            aria-invalid={wrong !== undefined || undefined}
            className="w-full rounded-md border border-line bg-canvas px-3 py-1.5"
          />
        </label>
        <label className="flex items-center gap-2 has-disabled:text-soft">
          <input type="checkbox" name="shared" disabled={!canShare} className="accent-(--accent)" />
          Share it with everybody in the project{canShare ? "" : " (your role does not allow it)"}
        </label>
        {wrong === undefined ? null : (
          <p role="alert" className="text-warn">
            {wrong}
          </p>
        )}
        <div className="flex justify-end gap-2 pt-1">
          <button type="button" onClick={onClose} className={buttonClass}>
            Cancel
          </button>
          <button type="submit" disabled={isSaving} className={primaryButtonClass}>
            Keep
          </button>
        </div>
      </form>
    </ModalDialog>
  );
}
