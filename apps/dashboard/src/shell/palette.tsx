"use client";

import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useEffectEvent, useState, type ReactNode } from "react";
import { useProject } from "../scope/use-project.ts";
import { ModalDialog } from "../ui/modal-dialog.tsx";
import { usualViews } from "../views/usual-views.ts";
import { isTyping } from "./is-typing.ts";
import { placesFor } from "./places.ts";
import { keptQuery, screens } from "./screens.ts";
import { keyClass, Shortcuts } from "./shortcuts.tsx";
import { applyTheme } from "./theme-switch.tsx";
import { themes } from "./theme.ts";

const groupClass =
  "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft";

/** Goes anywhere from anywhere: `⌘K`. And lists the keys that there are: `?`. */
export function Palette(): ReactNode {
  const router = useRouter();
  const project = useProject();
  const query = keptQuery(useSearchParams());
  const [isOpen, setOpen] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);
  const [text, setText] = useState("");

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      setOpen(!isOpen);
    } else if (event.key === "?" && !event.metaKey && !event.ctrlKey && !isTyping(event.target)) {
      event.preventDefault();
      setShowsKeys(true);
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const run = (what: () => void): void => {
    setOpen(false);
    setText("");
    what();
  };
  const item = (label: string, what: () => void, keywords: string[] = []): ReactNode => (
    <Command.Item
      key={label}
      value={label}
      keywords={keywords}
      onSelect={() => run(what)}
      className="flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 data-[selected=true]:bg-raised"
    >
      {label}
    </Command.Item>
  );
  const found = placesFor(text, { project, query });

  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        title="Go to (Ctrl K)"
        className="flex items-center gap-2 rounded-md border border-line bg-canvas px-2 py-1.5 text-left text-soft hover:text-ink"
      >
        <Search size={14} aria-hidden />
        <span className="flex-1 max-md:sr-only">Go to</span>
        <kbd aria-hidden className={`${keyClass} max-md:hidden`}>
          ⌘K
        </kbd>
      </button>
      <ModalDialog
        title="Go to"
        isTitleShown={false}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        className="mt-[12vh] w-[min(36rem,calc(100vw-2rem))]"
      >
        <Command label="Go to" loop>
          <Command.Input
            data-autofocus
            value={text}
            onValueChange={setText}
            placeholder="A screen, a view, an id, or text of a call"
            className="w-full border-b border-line bg-transparent px-4 py-3 text-sm outline-none placeholder:text-soft"
          />
          <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
            <Command.Group heading="Screens" className={groupClass}>
              {screens.map(({ href, label }) => item(label, () => router.push(`${href}${query}`)))}
            </Command.Group>
            <Command.Group heading="Views of calls" className={groupClass}>
              {usualViews.calls.map((view) => item(view.name, () => router.push(`/calls${merged(view.query, query)}`)))}
            </Command.Group>
            <Command.Group heading="This dashboard" className={groupClass}>
              {item("Keys", () => setShowsKeys(true), ["shortcuts", "help"])}
              {themes.map((theme) => item(`Theme: ${theme}`, () => applyTheme(theme)))}
            </Command.Group>
            {found.length > 0 ? (
              <Command.Group heading="Find" className={groupClass}>
                {found.map(({ label, href }) => item(label, () => router.push(href), [text]))}
              </Command.Group>
            ) : null}
          </Command.List>
        </Command>
      </ModalDialog>
      <Shortcuts isOpen={showsKeys} onClose={() => setShowsKeys(false)} />
    </>
  );
}

/** Two queries as one. */
function merged(one: string, other: string): string {
  const all = new URLSearchParams(one);
  for (const [name, value] of new URLSearchParams(other)) all.set(name, value);
  return all.size > 0 ? `?${all.toString()}` : "";
}
