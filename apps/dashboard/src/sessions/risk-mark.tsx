import { clsx } from "clsx";
import type { ReactNode } from "react";
import type { Risk, RiskLevel } from "./risk.ts";

const levelLabels: Readonly<Record<RiskLevel, string>> = { none: "None", low: "Low", medium: "Medium", high: "High" };
const bars: Readonly<Record<RiskLevel, number>> = { none: 0, low: 1, medium: 2, high: 3 };

/** How risky a session is by shape, word and number; its reasons on hover, and to a screen reader. */
export function RiskMark({ risk }: { risk: Risk }): ReactNode {
  const { level, score, reasons } = risk;
  if (level === "none") return <span className="text-soft">none</span>;
  const why = reasons.map(({ text, weight }) => `${text} (+${weight})`);
  return (
    <span
      title={why.join("\n")}
      className={clsx("inline-flex items-center gap-1.5", level === "high" ? "font-semibold text-warn" : "")}
    >
      <svg width="13" height="11" viewBox="0 0 13 11" aria-hidden className="shrink-0">
        {[1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={(bar - 1) * 4.5}
            y={11 - bar * 3.5}
            width="3.5"
            height={bar * 3.5}
            fill="currentColor"
            opacity={bar <= bars[level] ? 1 : 0.2}
          />
        ))}
      </svg>
      {levelLabels[level]}
      <span className="font-normal tabular-nums text-soft">{score}</span>
      <span className="sr-only">: {why.join(", ")}</span>
    </span>
  );
}
