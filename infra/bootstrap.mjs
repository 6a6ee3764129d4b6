#!/usr/bin/env node
// Runs on whatever Node the machine has, before anything is installed: plain JavaScript without dependencies.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { Complaint, installEverything, root, toolEnvironment } from "./install.mjs";

/** Commands that are programs of this repository; any other word is a script of package.json. */
const programs = {
  start: ["apps/cli/src/main.ts", "start"],
  login: ["apps/cli/src/main.ts", "login"],
  migrate: ["apps/cli/src/main.ts", "migrate"],
  "rebuild-rollups": ["apps/cli/src/main.ts", "rebuild-rollups"],
  doctor: ["apps/cli/src/main.ts", "doctor"],
  demo: ["apps/demo/src/main.ts"],
  bench: ["infra/bench.ts"],
  test: ["infra/test.ts"],
};

const nodeMajor = Number(process.versions.node.split(".")[0]);

async function main([command, ...args]) {
  if (command === undefined) {
    throw new Complaint(`Say what to run: ${Object.keys(programs).join(", ")}, or a script of package.json.`);
  }
  if (nodeMajor < 20) {
    throw new Complaint(
      `Tachograph needs Node 20 or newer to get started; this is Node ${process.versions.node}.`,
      "Install a newer Node (https://nodejs.org) and run the same command again.",
    );
  }
  const { node, pnpm } = await installEverything();
  const program = programs[command];
  if (program === undefined) return runToTheEnd(pnpm, ["run", command, ...args]);
  const [script, ...fixedArgs] = program;
  return runToTheEnd(node, [join(root, script), ...fixedArgs, ...args]);
}

/** Runs the program in our place: same terminal, same signals, same exit code. It ends when we do, however we end. */
function runToTheEnd(file, args) {
  const env = toolEnvironment();
  // npm changes into the repository first; what the user typed was meant from where they stood.
  const typedAt = process.env.INIT_CWD || process.cwd();
  if (env.TACHOGRAPH_DATA_DIR) env.TACHOGRAPH_DATA_DIR = resolve(typedAt, env.TACHOGRAPH_DATA_DIR);
  const child = spawn(file, args, { cwd: root, env, stdio: ["inherit", "inherit", "inherit", "ipc"] });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 1_000).unref();
  }
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("exit", (code, signal) => done(signal === null ? code : 128 + constants.signals[signal]));
  });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    const known = error instanceof Complaint;
    console.error(known ? `\ntachograph: ${error.message}` : error);
    if (known && error.hint) console.error(error.hint);
    process.exit(1);
  },
);
