import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The folder of the workspace. */
export const workspace = fileURLToPath(new URL("../../../../", import.meta.url));

/** A program of this package's development dependencies. */
export const toolPath = (name: string): string => join(workspace, "packages/gate/node_modules/.bin", name);

/** Runs a program to its end; fails with all it said. */
export async function runProgram(file: string, args: string[], options: { cwd: string }): Promise<string> {
  try {
    const { stdout } = await run(file, args, { ...options, env: userEnvironment(), maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${file} ${args.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** npm tells its scripts which package they belong to; whoever installs elsewhere must not hear it. */
export function userEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(package|lifecycle)_|npm_config_(local_)?prefix$|npm_command$|INIT_CWD$|TACHOGRAPH_|NODE_OPTIONS$|NODE_ENV$|VITEST)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** Packs what is published into `folder`. */
export async function packPackages(folder: string): Promise<string[]> {
  const names = ["@tachograph/record", "@tachograph/gate", "@tachograph/ledger"];
  const filters = names.flatMap((name) => ["--filter", name]);
  await runProgram("pnpm", [...filters, "pack", "--pack-destination", folder], { cwd: workspace });
  return readdirSync(folder)
    .filter((file) => file.endsWith(".tgz"))
    .map((file) => join(folder, file));
}

/** An empty project with these packages, installed by npm as a user would. */
export async function installInto(folder: string, packages: string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "weather", private: true, type: "module" }));
  await runProgram("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], { cwd: folder });
}

/** What a user's strict compiler says of files of the project, against what is installed there. */
export async function diagnosticsOf(folder: string, files: string[]): Promise<string[]> {
  const settings = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023", "--types", "node"];
  const args = ["--ignoreConfig", "--pretty", "false", ...settings, ...files];
  const said = await run(toolPath("tsc"), args, { cwd: folder }).catch((error: unknown) => error as { stdout: string });
  return said.stdout.split("\n").filter(Boolean);
}

/** The TypeScript blocks of a Markdown text, in order. */
export const codeBlocks = (markdown: string): string[] =>
  [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] as string);
