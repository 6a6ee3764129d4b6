#!/usr/bin/env node
import { parseArgs } from "node:util";
import { CliError } from "./cli-error.ts";

const commands: Record<string, { about: string; run: () => Promise<void> }> = {
  start: {
    about: "start the database, the worker and the dashboard",
    run: async () => (await import("./start.ts")).start(),
  },
  login: { about: "print a one-time link to log in", run: async () => (await import("./login.ts")).login() },
  migrate: {
    about: "bring the tables of TACHOGRAPH_DATABASE_URL up to date",
    run: async () => (await import("./migrate.ts")).migrate(),
  },
  "rebuild-rollups": {
    about: "count again from the rows what lists and charts read",
    run: async () => (await import("./rebuild-rollups.ts")).rebuildRollups(),
  },
  doctor: {
    about: "find out what is wrong, and what to do about it",
    run: async () => (await import("./doctor.ts")).doctor(),
  },
  build: {
    about: "build the dashboard where its sources changed",
    run: async () => (await import("./build.ts")).build(),
  },
};

const usage = [
  "Usage: tachograph <command>",
  "",
  ...Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(17)}${about}`),
  "",
  "Settings are environment variables: TACHOGRAPH_PORT, TACHOGRAPH_DATA_DIR, TACHOGRAPH_DATABASE_URL, TACHOGRAPH_DEMO.",
].join("\n");

async function main(): Promise<void> {
  const name = readCommand();
  if (name === undefined) return console.log(usage);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new CliError({ code: "usage", message: `There is no command "${name}".`, hint: usage });
  await command.run();
}

/** The command's name; undefined where help is wanted. */
function readCommand(): string | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" } },
    });
    return values.help === true ? undefined : positionals[0];
  } catch (cause) {
    throw new CliError({ code: "usage", message: (cause as Error).message, hint: usage, cause });
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof CliError) {
    console.error(`\ntachograph: ${error.message}`);
    if (error.hint !== undefined) console.error(error.hint);
  } else {
    console.error(error);
  }
  process.exitCode = 1;
}
// What was under way when somebody asked for the end must not hold it up.
process.exit();
