import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runDemo } from "./run-demo.ts";
import { traffics, type Traffic } from "./simulator/session-plan.ts";

const usage = `pnpm demo [--seed N] [--sessions N] [--rate N] [--concurrency N] [--duration S] [--traffic stories|load]

  --seed         the same seed makes the same sessions send the same calls (default: another one each time)
  --sessions     how many agent sessions to play (default 24; with --duration no limit)
  --rate         calls per second over all sessions, 0 for as fast as possible (default 20)
  --concurrency  sessions at a time (default 6)
  --traffic      stories that show every outcome, or plain load for measurements (default stories)
  --duration     begin no session after this many seconds (default: no limit)
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        seed: { type: "string" },
        sessions: { type: "string" },
        rate: { type: "string", default: "20" },
        concurrency: { type: "string", default: "6" },
        duration: { type: "string" },
        traffic: { type: "string", default: "stories" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value >= least
    ? value
    : fail(`--${name} is "${text}"; give a number from ${least} up`);
}

const isTraffic = (text: string): text is Traffic => (traffics as readonly string[]).includes(text);

const values = readOptions();
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}

const { traffic } = values;
if (!isTraffic(traffic)) fail(`--traffic is "${traffic}"; give one of ${traffics.join(", ")}`);

const defaultSessions = values.duration === undefined ? 24 : Infinity;

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    process.stdout.write("stopping\n");
    stop.abort();
  });
}

// A seed that a database has seen makes calls that it knows, which are answered as the duplicates that they are.
const seed = values.seed === undefined ? randomInt(1_000_000) : Math.trunc(numberOf("seed", values.seed, 0));
const report = await runDemo({
  seed,
  traffic,
  sessions: values.sessions === undefined ? defaultSessions : Math.trunc(numberOf("sessions", values.sessions, 1)),
  rate: numberOf("rate", values.rate, 0),
  concurrency: Math.trunc(numberOf("concurrency", values.concurrency, 1)),
  ...(values.duration !== undefined && { durationSeconds: numberOf("duration", values.duration, 1) }),
  signal: stop.signal,
  onProgress: ({ sessionsDone, calls, elapsedMs }) =>
    process.stdout.write(`${sessionsDone} sessions done, ${calls} calls, ${Math.round(elapsedMs / 1000)} s\n`),
}).catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

if (report.withoutOnce !== undefined) {
  process.stdout.write(
    `Nothing was executed once, since the servers found no ledger to remember operations in. ${report.withoutOnce}\n`,
  );
}
const calls = Object.values(report.seen).reduce((sum, count) => sum + count, 0);
const seconds = report.elapsedMs / 1000;
process.stdout.write(
  `${report.sessions.length} sessions made ${calls} calls (${report.deliveries} deliveries) of seed ${seed} in ${seconds.toFixed(1)} s. The clients saw:\n`,
);
for (const [sight, count] of Object.entries(report.seen)) {
  if (count > 0) process.stdout.write(`  ${String(count).padStart(6)}  ${sight}\n`);
}
