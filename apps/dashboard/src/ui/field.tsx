import { useId, type ComponentProps, type ReactNode } from "react";

export const inputClass =
  "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 py-1.5 disabled:opacity-60";

/** A line to write in, with its name above and, where there is one, a note below. */
export function Field({
  label,
  note,
  ...input
}: { label: string; note?: string } & Omit<ComponentProps<"input">, "id" | "className">): ReactNode {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      <input {...input} id={id} aria-describedby={note ? `${id}-note` : undefined} className={`mt-1 ${inputClass}`} />
      {note ? (
        <p id={`${id}-note`} className="mt-1 text-xs text-soft">
          {note}
        </p>
      ) : null}
    </div>
  );
}
