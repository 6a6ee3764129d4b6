import type { ReactNode } from "react";

/** What to do where something could not be read. */
export function FailedState({ digest, retry }: { digest?: string; retry: () => void }): ReactNode {
  return (
    <div role="alert" className="mx-auto mt-10 max-w-lg rounded-lg border border-line bg-surface p-5">
      <h1 className="font-semibold">This could not be read.</h1>
      <p className="mt-2 text-soft">
        Most often the database does not answer, or the question takes too long. Try again, or look at a shorter time.
        If it stays so, run <code className="font-mono text-xs">npx tachograph doctor</code> on the machine that runs
        Tachograph; its log has the error{digest === undefined ? "" : ` under ${digest}`}.
      </p>
      <button
        type="button"
        onClick={retry}
        className="mt-4 rounded-md bg-ink px-3 py-1.5 font-medium text-surface hover:opacity-90"
      >
        Try again
      </button>
    </div>
  );
}
