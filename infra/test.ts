// npm test [part…]: every check and test, one after the other; the last line counts them.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { findBrowser } from "./browser.ts";
import { readPlaywrightReport, readVitestReport, type Counts } from "./test-counts.ts";

const root = join(import.meta.dirname, "..");
const reports = join(root, "test-results");
const vitestReport = join(reports, "vitest.json");
const playwrightReport = join(root, "e2e", "test-results", "results.json");

interface Part {
  name: string;
  about: string;
  command: string[];
  /** Sets up what the command needs; gives it environment variables. */
  prepare?: () => Promise<NodeJS.ProcessEnv>;
  /** Reads how many tests ran. A part without it counts as one. */
  count?: () => Counts | undefined;
}

const parts: Part[] = [
  { name: "format", about: "format", command: ["oxfmt", "--check"] },
  {
    name: "lint",
    about: "lint, lost promises, import directions",
    command: ["oxlint", "--type-aware", "--deny-warnings"],
    prepare: writeRouteTypes,
  },
  {
    name: "types",
    about: "types",
    command: ["turbo", "run", "typecheck", "typecheck:infra", "--output-logs=errors-only", "--continue"],
  },
  { name: "knip", about: "unused files, exports and dependencies", command: ["knip"] },
  {
    name: "unit",
    about: "unit and integration tests",
    command: ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`],
    count: () => readVitestReport(vitestReport),
  },
  { name: "build", about: "dashboard build", command: ["node", "apps/cli/src/main.ts", "build"] },
  {
    name: "browser",
    about: "browser tests",
    command: ["pnpm", "--filter", "@tachograph/e2e", "test"],
    prepare: async () => ({ TACHOGRAPH_CHROMIUM: await findBrowser() }),
    count: () => readPlaywrightReport(playwrightReport),
  },
];

/** Rules that look at types see nothing in a page whose route types Next has not written yet. */
async function writeRouteTypes(): Promise<NodeJS.ProcessEnv> {
  await promisify(execFile)("pnpm", ["--filter", "@tachograph/dashboard", "exec", "next", "typegen"], { cwd: root });
  return {};
}

async function main(wanted: string[]): Promise<number> {
  const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(`There is no part "${unknown.join(", ")}". The parts: ${parts.map(({ name }) => name).join(", ")}.`);
    return 1;
  }
  rmSync(vitestReport, { force: true });
  rmSync(playwrightReport, { force: true });
  mkdirSync(reports, { recursive: true });

  const total: Counts = { passed: 0, failed: 0, failures: [] };
  const failedParts: string[] = [];
  for (const part of parts) {
    if (wanted.length > 0 && !wanted.includes(part.name)) continue;
    const { passed, failed, failures } = await runPart(part);
    total.passed += passed;
    total.failed += failed;
    total.failures.push(...failures);
    if (failed > 0) failedParts.push(part.name);
  }
  // Once more at the end: of a long output, only the end may be kept.
  for (const failure of total.failures) console.log(`\n${failure.replaceAll(`${root}/`, "")}`);
  if (failedParts.length > 0)
    console.log(`\nFailed: ${failedParts.join(", ")}. One part alone: npm test -- ${failedParts[0]}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

async function runPart(part: Part): Promise<Counts> {
  console.log(`\n== ${part.about} (${part.name})`);
  const startedAt = performance.now();
  const ok = await runCommand(part);
  const counted = part.count?.();
  const counts = counted ?? { passed: 0, failed: 0, failures: [] };
  // A run that failed without a failed test (it could not load, or crashed) must not look like a success.
  if (counted === undefined || (!ok && counts.failed === 0)) counts[ok ? "passed" : "failed"] += 1;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `== ${part.name}: ${counts.failed === 0 ? "ok" : "FAILED"}, ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`,
  );
  return counts;
}

async function runCommand({ command: [file = "", ...args], prepare }: Part): Promise<boolean> {
  let extra: NodeJS.ProcessEnv;
  try {
    extra = (await prepare?.()) ?? {};
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...extra },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", (error) => {
      console.error(`${file} does not start: ${error.message}`);
      resolve(false);
    });
    child.on("exit", (code) => resolve(code === 0));
    const stop = (): void => void child.kill("SIGTERM");
    process.once("disconnect", stop);
    child.once("exit", () => process.off("disconnect", stop));
  });
}

process.exitCode = await main(process.argv.slice(2));
