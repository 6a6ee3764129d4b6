import type { ReactNode } from "react";
import { familyStyles, outcomeFamilies, type OutcomeFamily } from "../outcome-style.ts";
import { FamilyShape } from "./family-shape.tsx";

export function FamilyLegend({ families = outcomeFamilies }: { families?: readonly OutcomeFamily[] }): ReactNode {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft">
      {families.map((family) => (
        <li key={family} className="flex items-center gap-1.5" title={familyStyles[family].meaning}>
          <FamilyShape shape={familyStyles[family].shape} color={familyStyles[family].color} />
          {familyStyles[family].label}
        </li>
      ))}
    </ul>
  );
}
