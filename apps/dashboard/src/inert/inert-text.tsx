import { Fragment, type ReactNode } from "react";
import { cutText, inertString, splitInert } from "./inert-segments.ts";

/** Text from outside, shown as text and nothing else; what cannot be seen is marked. */
export function InertSegments({ text }: { text: string }): ReactNode {
  return splitInert(text).map((segment, index) =>
    segment.kind === "text" ? (
      <Fragment key={index}>{segment.text}</Fragment>
    ) : (
      <span
        key={index}
        title={segment.title}
        className="mx-px rounded-xs bg-warn-soft px-0.5 font-mono text-[0.85em] text-warn select-none"
      >
        {segment.label}
      </span>
    ),
  );
}

/** One line of text from outside: a name, an id, a message. Isolated, so that its direction does not leak out. */
export function InertText({
  text,
  max = 200,
  className,
}: {
  text: string;
  max?: number;
  className?: string;
}): ReactNode {
  const cut = cutText(text, max);
  const isCut = cut.length < text.length;
  return (
    <bdi className={className} title={isCut ? `${inertString(cutText(text, 1000))}…` : undefined}>
      <InertSegments text={cut} />
      {isCut ? "…" : null}
    </bdi>
  );
}
