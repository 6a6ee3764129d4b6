"use client";

import { Command } from "cmdk";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useProject } from "../scope/use-project.ts";
import { usualViews } from "../views/usual-views.ts";
import { placesFor } from "./places.ts";
import { keptQuery, screens } from "./screens.ts";
import { applyTheme } from "./theme-switch.tsx";
import { themes } from "./theme.ts";

const groupClass =
  "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft";

/** All that the palette can do, and a line that finds it. */
export function PaletteCommands({ onDone, onKeys }: { onDone: () => void; onKeys: () => void }): ReactNode {
  const router = useRouter();
  const project = useProject();
  const query = keptQuery(useSearchParams());
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  // The dialog may be open for a moment before this is there.
  useEffect(() => input.current?.focus(), []);

  const item = (label: string, what: () => void, keywords: string[] = []): ReactNode => (
    <Command.Item
      key={label}
      value={label}
      keywords={keywords}
      onSelect={() => {
        onDone();
        what();
      }}
      className="flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 data-[selected=true]:bg-raised"
    >
      {label}
    </Command.Item>
  );
  const found = placesFor(text, { project, query });

  return (
    <Command label="Go to" loop>
      <Command.Input
        ref={input}
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
          {item("Keys", onKeys, ["shortcuts", "help"])}
          {themes.map((theme) => item(`Theme: ${theme}`, () => applyTheme(theme)))}
        </Command.Group>
        {found.length > 0 ? (
          <Command.Group heading="Find" className={groupClass}>
            {found.map(({ label, href }) => item(label, () => router.push(href), [text]))}
          </Command.Group>
        ) : null}
      </Command.List>
    </Command>
  );
}

/** Two queries as one. */
function merged(one: string, other: string): string {
  const all = new URLSearchParams(one);
  for (const [name, value] of new URLSearchParams(other)) all.set(name, value);
  return all.size > 0 ? `?${all.toString()}` : "";
}
