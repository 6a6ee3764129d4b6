import { useId, type ComponentProps, type ReactNode } from "react";
import { inputClass } from "../ui/field.tsx";

/** A choice with its name above. */
export function SelectField({
  label,
  children,
  ...select
}: { label: string } & Omit<ComponentProps<"select">, "id" | "className">): ReactNode {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      <select {...select} id={id} className={`mt-1 ${inputClass}`}>
        {children}
      </select>
    </div>
  );
}
