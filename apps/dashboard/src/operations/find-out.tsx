"use client";

import { useRouter } from "next/navigation";
import { useCallback, useState, useTransition, type ReactNode, type SubmitEvent } from "react";
import { CallLink } from "../calls/call-link.tsx";
import { InertText } from "../inert/inert-text.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { primaryButtonClass } from "../ui/modal-dialog.tsx";
import { settleByHand } from "./load-operations.ts";
import type { OperationRow } from "./operation-row.ts";

const findings = [
  {
    found: "applied",
    label: "It happened",
    consequence: "From now on a repeat is told that it is done. It never runs again.",
  },
  {
    found: "not_applied",
    label: "It did not happen",
    consequence: "The next attempt runs. If this is wrong, it happens twice.",
  },
] as const;
type Found = (typeof findings)[number]["found"];

const answers = {
  changed: "Somebody settled or attempted it in the meantime: what you found may not hold any more. Look at it again.",
  bad_reason: "Say in three characters or more how you know.",
  bad_finding: "Choose whether it happened.",
  failed: "It could not be written down. Nothing was changed; try again.",
} as const;

/** How to find out whether an operation happened, and where to say so. Nothing where it is known. */
export function FindOut({ operation, canReconcile }: { operation: OperationRow; canReconcile: boolean }): ReactNode {
  const { project, id, executedBy, serverName, tool } = operation;
  const [isSettledHere, setSettledHere] = useState(false);
  if (operation.state !== "unknown") return isSettledHere ? <Settled operation={operation} /> : null;
  return (
    <section aria-labelledby="find-out" className="rounded-md border border-line-strong px-4 py-3">
      <h2 id="find-out" className="font-semibold">
        Did it happen?
      </h2>
      <ol className="mt-2 list-decimal space-y-1.5 pl-5">
        <li>
          See what was asked for:{" "}
          <CallLink project={project} id={executedBy} inText>
            the arguments of the call that executed it last
          </CallLink>
          .
        </li>
        <li>
          Look at the system behind <InertText text={serverName} max={60} /> / <InertText text={tool} max={120} />{" "}
          whether it is there. If the tool hands its idempotency key on, it is found under{" "}
          <InertText text={id} max={80} className="font-mono text-xs break-all" />{" "}
          <CopyButton text={id} label="Copy key" />
        </li>
        <li>Say here what you found, and how.</li>
      </ol>
      {canReconcile ? (
        <FindingForm key={operation.executions} operation={operation} onSettled={() => setSettledHere(true)} />
      ) : (
        <p className="mt-3 rounded-md bg-raised px-3 py-2 text-soft">
          Your role may not say it. An operator of this project may: send them this page.
        </p>
      )}
    </section>
  );
}

/** What the form leaves behind, with the focus that it had. */
function Settled({ operation }: { operation: OperationRow }): ReactNode {
  const focus = useCallback((element: HTMLElement | null) => element?.focus(), []);
  return (
    <p ref={focus} role="status" tabIndex={-1} className="rounded-md border border-line-strong px-4 py-3 font-medium">
      {operation.effect === "applied"
        ? "Settled: it happened. A repeat is told that it is done."
        : "Settled: it did not happen. The next attempt runs."}
    </p>
  );
}

function FindingForm({ operation, onSettled }: { operation: OperationRow; onSettled: () => void }): ReactNode {
  const router = useRouter();
  const [found, setFound] = useState<Found>();
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<keyof typeof answers>();
  const [isSaving, startSaving] = useTransition();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (found === undefined) return setWrong("bad_finding");
    startSaving(async () => {
      const finding = { id: operation.id, attempt: operation.executions, found, reason };
      const answer = await settleByHand(operation.project, finding).catch(() => "failed" as const);
      setWrong(answer === "settled" ? undefined : answer);
      if (answer === "settled") onSettled();
    });
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-3 border-t border-line pt-3">
      <fieldset className="space-y-2">
        <legend className="sr-only">What you found</legend>
        {findings.map((choice) => (
          <label key={choice.found} className="flex items-baseline gap-2.5">
            <input
              type="radio"
              name="found"
              value={choice.found}
              checked={found === choice.found}
              onChange={() => setFound(choice.found)}
              className="translate-y-px accent-(--accent)"
            />
            <span>
              <span className="font-medium">{choice.label}.</span>{" "}
              <span className="text-soft">{choice.consequence}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="block max-w-xl">
        <span className="mb-1 block font-medium">How do you know?</span>
        <textarea
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          rows={2}
          maxLength={1000}
          required
          placeholder="Seen in the bank's ledger, reference 4711"
          className="w-full rounded-md border border-line bg-canvas px-3 py-1.5 placeholder:text-soft"
        />
      </label>
      {wrong === undefined ? null : (
        <p role="alert" className="text-warn">
          {answers[wrong]}{" "}
          {wrong === "changed" ? (
            <button type="button" onClick={() => router.refresh()} className="font-medium underline">
              Look again
            </button>
          ) : null}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <button type="submit" disabled={isSaving || found === undefined} className={primaryButtonClass}>
          Settle it
        </button>
        <span className="text-xs text-soft">Your name, the time and the reason are kept with it.</span>
      </div>
    </form>
  );
}
