"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Theme } from "./theme.ts";

const choices = [
  { theme: "light", label: "Light", Icon: Sun },
  { theme: "dark", label: "Dark", Icon: Moon },
  { theme: "system", label: "System", Icon: Monitor },
] as const;

/** The choice goes into a cookie; the server writes it onto the page, so the next one does not flash. */
export function ThemeSwitch({ initial }: { initial: Theme }): ReactNode {
  const [chosen, setChosen] = useState<Theme>(initial);
  const choose = (theme: Theme): void => {
    setChosen(theme);
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    document.documentElement.dataset.theme = theme;
  };
  return (
    <div role="group" aria-label="Theme" className="flex rounded-md border border-line bg-canvas p-0.5">
      {choices.map(({ theme, label, Icon }) => (
        <button
          key={theme}
          type="button"
          aria-pressed={chosen === theme}
          aria-label={`${label} theme`}
          title={`${label} theme`}
          onClick={() => choose(theme)}
          className="rounded-sm p-1.5 text-soft hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink"
        >
          <Icon size={14} aria-hidden />
        </button>
      ))}
    </div>
  );
}
