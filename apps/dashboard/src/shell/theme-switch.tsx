"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import type { Theme } from "./theme.ts";

const choices = [
  { theme: "light", label: "Light", Icon: Sun },
  { theme: "dark", label: "Dark", Icon: Moon },
  { theme: "system", label: "System", Icon: Monitor },
] as const;

const THEME_EVENT = "tachograph:theme";

/** Shows the page in a theme from now on. */
export function applyTheme(theme: Theme): void {
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent<Theme>(THEME_EVENT, { detail: theme }));
}

/** The choice goes into a cookie; the server writes it onto the page, so the next one does not flash. */
export function ThemeSwitch({ initial }: { initial: Theme }): ReactNode {
  const [chosen, setChosen] = useState<Theme>(initial);
  useEffect(() => {
    const follow = (event: Event): void => setChosen((event as CustomEvent<Theme>).detail);
    document.addEventListener(THEME_EVENT, follow);
    return () => document.removeEventListener(THEME_EVENT, follow);
  }, []);
  return (
    <div role="group" aria-label="Theme" className="flex rounded-md border border-line bg-canvas p-0.5">
      {choices.map(({ theme, label, Icon }) => (
        <button
          key={theme}
          type="button"
          aria-pressed={chosen === theme}
          aria-label={`${label} theme`}
          title={`${label} theme`}
          onClick={() => applyTheme(theme)}
          className="rounded-sm p-1.5 text-soft hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink"
        >
          <Icon size={14} aria-hidden />
        </button>
      ))}
    </div>
  );
}
