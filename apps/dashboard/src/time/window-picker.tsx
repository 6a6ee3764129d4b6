"use client";

import { CalendarRange, ChevronLeft, ChevronRight, ZoomOut } from "lucide-react";
import { useQueryStates } from "nuqs";
import { Popover } from "radix-ui";
import { useState, useTransition, type ReactNode, type SubmitEvent } from "react";
import { primaryButtonClass } from "../ui/modal-dialog.tsx";
import { pendingMarks } from "../ui/pending-marks.ts";
import { useClock } from "./clock.tsx";
import { formatInstant, localInput } from "./format-instant.ts";
import { ranges, rangeLabels, timeWindowOf, timeWindowParsers, type TimeWindow } from "./time-window.ts";

const buttonClass =
  "rounded-sm px-2.5 py-1 text-xs font-medium text-soft hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink";
const stepClass = "rounded-sm p-1 text-soft hover:bg-raised hover:text-ink";

/** Which time the screen is about; kept in the URL. */
export function WindowPicker(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(timeWindowParsers, { shallow: false, history: "push", startTransition });
  const { zone } = useClock();
  const isFixed = params.from !== null && params.to !== null;
  const set = (window: TimeWindow): void => void setParams(window);
  const move = (by: number): void => {
    const { from, to } = timeWindowOf(params, Date.now());
    const length = to - from;
    set({ from: Math.max(0, from + by * length), to: to + by * length });
  };
  const zoomOut = (): void => {
    const { from, to } = timeWindowOf(params, Date.now());
    const half = Math.ceil((to - from) / 2);
    set({ from: Math.max(0, from - half), to: to + half });
  };
  return (
    <div className="flex flex-wrap items-center gap-2" {...pendingMarks(isPending)}>
      {isFixed ? (
        <div role="group" aria-label="Move the time window" className="flex items-center gap-0.5 text-xs">
          <StepButton label="Earlier" onClick={() => move(-1)}>
            <ChevronLeft size={14} aria-hidden />
          </StepButton>
          <span className="text-soft">
            {formatInstant(params.from ?? 0, zone)} to {formatInstant(params.to ?? 0, zone)}
          </span>
          <StepButton label="Later" onClick={() => move(1)}>
            <ChevronRight size={14} aria-hidden />
          </StepButton>
          <StepButton label="Twice as long" onClick={zoomOut}>
            <ZoomOut size={14} aria-hidden />
          </StepButton>
        </div>
      ) : null}
      <div role="group" aria-label="Time window" className="flex rounded-md border border-line bg-surface p-0.5">
        {ranges.map((choice) => (
          <button
            key={choice}
            type="button"
            title={rangeLabels[choice]}
            aria-label={`${choice}: ${rangeLabels[choice]}`}
            aria-pressed={!isFixed && params.range === choice}
            onClick={() => void setParams({ range: choice, from: null, to: null })}
            className={buttonClass}
          >
            {choice}
          </button>
        ))}
        <CustomWindow window={() => timeWindowOf(params, Date.now())} isChosen={isFixed} onChoose={set} />
      </div>
    </div>
  );
}

function StepButton({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: () => void;
  children: ReactNode;
}): ReactNode {
  return (
    <button type="button" aria-label={label} title={label} onClick={onClick} className={stepClass}>
      {children}
    </button>
  );
}

/** Two instants of one's own, in the browser's zone. */
function CustomWindow({
  window,
  isChosen,
  onChoose,
}: {
  window: () => TimeWindow;
  isChosen: boolean;
  onChoose: (window: TimeWindow) => void;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [from, to] = ["from", "to"].map((name) => new Date(form.get(name) as string).getTime());
    if (from === undefined || to === undefined || !(from < to)) return setWrong("The end has to come after the begin.");
    setWrong(undefined);
    setOpen(false);
    onChoose({ from, to });
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label="From when to when"
        title="From when to when"
        aria-pressed={isChosen}
        className={buttonClass}
      >
        <CalendarRange size={13} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          aria-label="From when to when"
          className="z-30 rounded-md border border-line-strong bg-surface p-3 shadow-lg"
        >
          <form onSubmit={submit} className="space-y-2">
            {(["from", "to"] as const).map((name) => (
              <label key={name} className="grid grid-cols-[3rem_minmax(0,1fr)] items-center gap-2">
                <span className="text-soft">{name === "from" ? "From" : "To"}</span>
                <input
                  type="datetime-local"
                  name={name}
                  required
                  step={1}
                  defaultValue={localInput(window()[name])}
                  className="rounded-md border border-line bg-canvas px-2 py-1"
                />
              </label>
            ))}
            {wrong === undefined ? null : (
              <p role="alert" className="text-xs text-warn">
                {wrong}
              </p>
            )}
            <div className="flex justify-end">
              <button type="submit" className={primaryButtonClass}>
                Show
              </button>
            </div>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
