import type { ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { familyStyles, outcomeStyleOf } from "../outcome-style.ts";
import { FamilyShape } from "./family-shape.tsx";

/** An outcome by shape, colour and word. */
export function OutcomeMark({ outcome }: { outcome: string }): ReactNode {
  const { label, family, meaning } = outcomeStyleOf(outcome);
  const { shape, color } = familyStyles[family];
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap" title={`${outcome}: ${meaning}`}>
      <FamilyShape shape={shape} color={color} />
      <InertText text={label} max={40} />
    </span>
  );
}
