import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { endWithUs } from "./child.ts";
import { CliError } from "./cli-error.ts";

const repository = fileURLToPath(import.meta.resolve("../../.."));
export const dashboardFolder = join(repository, "apps", "dashboard");
export const nextProgram = join(dashboardFolder, "node_modules", "next", "dist", "bin", "next");

const stampPath = join(dashboardFolder, ".next", "tachograph-sources");

/** What the built dashboard is made of. */
const sources = [
  "pnpm-lock.yaml",
  "tsconfig.base.json",
  "apps/dashboard/{package.json,tsconfig.json,next.config.ts,postcss.config.mjs}",
  "apps/dashboard/{src,public}/**/*",
  "packages/{record,ledger}/{package.json,src/**/*.ts}",
];

/** Whether the build on disk is of these very sources. */
export function isDashboardBuilt(): boolean {
  return existsSync(stampPath) && readFileSync(stampPath, "utf8") === hashSources();
}

/**
 * Builds the dashboard for production.
 *
 * @throws {CliError} `build_failed`, with the last lines
 */
export async function buildDashboard({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const hash = hashSources();
  rmSync(stampPath, { force: true });
  const { code, output } = await runNextBuild(signal);
  if (code !== 0 || !existsSync(join(dashboardFolder, ".next", "BUILD_ID"))) {
    const tail = output.trimEnd().split("\n").slice(-25).join("\n");
    throw new CliError({ code: "build_failed", message: "The dashboard could not be built.", hint: tail });
  }
  writeFileSync(stampPath, hash);
}

function runNextBuild(signal: AbortSignal | undefined): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...endWithUs.args, nextProgram, "build"], {
      cwd: dashboardFolder,
      env: {
        ...process.env,
        ...endWithUs.env,
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        NO_COLOR: "1",
        FORCE_COLOR: "0",
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      signal,
    });
    let output = "";
    const collect = (text: string): void => void (output += text);
    child.stdout?.setEncoding("utf8").on("data", collect);
    child.stderr?.setEncoding("utf8").on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

function hashSources(): string {
  const hash = createHash("sha256").update(process.version);
  const files = globSync(sources, { cwd: repository, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test(-d)?\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files)
    hash
      .update(`${relative(repository, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex");
}
