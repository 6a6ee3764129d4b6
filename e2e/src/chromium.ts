import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser that TACHOGRAPH_CHROMIUM names, else one on PATH; undefined leaves the choice to Playwright. */
export function findChromium(): string | undefined {
  const named = process.env.TACHOGRAPH_CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
