// The browser of the browser tests: the machine's own where there is one, else the system's package, else Playwright's.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const root = join(import.meta.dirname, "..");

/** Path of a Chromium that runs, installed where there was none. Rejects with a sentence where that cannot be done. */
export async function findBrowser(): Promise<string> {
  const named = process.env["TACHOGRAPH_CHROMIUM"];
  if (named) {
    if (runs(named)) return named;
    throw new Error(`TACHOGRAPH_CHROMIUM is ${named}, which is no Chromium that runs here.`);
  }
  const found = findOnPath() ?? installFromDebian() ?? installFromPlaywright();
  if (found !== undefined) return found;
  throw new Error("No browser for the browser tests. Install Chromium, or set TACHOGRAPH_CHROMIUM to the path of one.");
}

function findOnPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => isExecutable(path) && runs(path));
}

function installFromDebian(): string | undefined {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  if (process.getuid?.() !== 0 || !/^ID=debian$/m.test(release)) return undefined;
  console.log("No Chromium here: installing Debian's");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-q"],
    ["install", "-q", "-y", "--no-install-recommends", "chromium"],
  ]) {
    const { status } = spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) return undefined;
  }
  return findOnPath();
}

function installFromPlaywright(): string | undefined {
  console.log("No Chromium here: getting Playwright's");
  const inE2e = (args: string[], stdout: "inherit" | "pipe") =>
    spawnSync("pnpm", ["--filter", "@tachograph/e2e", "exec", ...args], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", stdout, "inherit"],
    });
  const script = 'import { chromium } from "@playwright/test"; console.log(chromium.executablePath());';
  if (inE2e(["playwright", "install", "chromium"], "inherit").status !== 0) return undefined;
  const path = inE2e(["node", "--input-type=module", "--eval", script], "pipe").stdout.trim();
  return runs(path) ? path : undefined;
}

function runs(path: string): boolean {
  return spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
