import type { ReactNode } from "react";
import type { Shape } from "../outcome-style.ts";

const paths: Readonly<Record<Shape, ReactNode>> = {
  disc: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  ring: <circle cx="6" cy="6" r="3.5" fill="none" stroke="currentColor" strokeWidth="2" />,
  shield: <path d="M6 1l4.2 1.5v3.2c0 2.6-1.8 4.3-4.2 5.3-2.4-1-4.2-2.7-4.2-5.3V2.5z" fill="currentColor" />,
  triangle: <path d="M6 1.2l5.2 9.4H.8z" fill="currentColor" />,
  octagon: <path d="M3.9 1h4.2L11 3.9v4.2L8.1 11H3.9L1 8.1V3.9z" fill="currentColor" />,
  cross: <path d="M2.2 2.2l7.6 7.6M9.8 2.2L2.2 9.8" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />,
  question: (
    <>
      <path
        d="M3.2 4.1C3.3 2.5 4.4 1.5 6 1.5s2.8 1 2.8 2.4c0 1.9-2.8 2-2.8 3.7"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
      />
      <circle cx="6" cy="10.4" r="1.2" fill="currentColor" />
    </>
  ),
};

/** The sign of an outcome family, for beside or inside its colour. */
export function FamilyShape({ shape, color, size = 11 }: { shape: Shape; color?: string; size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden className="shrink-0" style={{ color }}>
      {paths[shape]}
    </svg>
  );
}
