import { buildDashboard, isDashboardBuilt } from "./dashboard-build.ts";
import { requestLoginLink, startDashboard, waitUntilHealthy } from "./dashboard.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { lockDataDirectory } from "./data-lock.ts";
import { migrateDatabase, noteDatabaseUrl, startOwnDatabase } from "./database.ts";
import { isDemoLoaded, startDemo } from "./demo.ts";
import { checkPortIsFree } from "./port.ts";
import { createProgress, type Progress } from "./progress.ts";
import { readSettings, type Settings } from "./settings.ts";
import { onStopWish } from "./stop-signals.ts";
import { createSupervisor, stopRequested, type Supervisor } from "./supervisor.ts";
import { startWorker } from "./worker.ts";

/** Starts the database, the worker, the dashboard and the demo, and runs until somebody wants the end. */
export async function start(): Promise<void> {
  const settings = readSettings();
  const progress = createProgress();
  prepareDataFolder(settings.dataDirectory);
  const lock = lockDataDirectory({ directory: settings.dataDirectory, baseUrl: settings.baseUrl });
  const supervisor = createSupervisor();
  onStopWish(() => supervisor.requestStop());
  let failure: unknown;
  try {
    await checkPortIsFree(settings.port);
    await Promise.race([bringUp(settings, supervisor, progress), ended(supervisor)]);
    await ended(supervisor);
  } catch (error) {
    if (error !== stopRequested) failure = error;
  }
  try {
    const stop = (): Promise<void> => supervisor.stopAll();
    await (failure === undefined ? progress.step("stopping", stop) : stop());
  } finally {
    lock.release();
  }
  if (failure !== undefined) throw failure;
}

async function bringUp(settings: Settings, supervisor: Supervisor, progress: Progress): Promise<void> {
  const { signal } = supervisor;
  if (!isDashboardBuilt()) await progress.step("building the dashboard", () => buildDashboard({ signal }));
  signal.throwIfAborted();
  const databaseUrl = settings.databaseUrl ?? (await bringUpOwnDatabase(settings, supervisor, progress));
  signal.throwIfAborted();
  const applied = await progress.step("preparing the tables", () => migrateDatabase(databaseUrl));
  noteDatabaseUrl(settings, databaseUrl);
  signal.throwIfAborted();
  await progress.step("starting the worker and the dashboard", async () => {
    supervisor.add(startWorker(settings, databaseUrl));
    supervisor.add(startDashboard(settings, databaseUrl));
    await waitUntilHealthy(settings, signal);
  });
  const link = await requestLoginLink(settings);
  progress.say(welcome(settings, link));
  // What is recorded cannot be taken out again, so the demo stays out of a database that was in use.
  const isOurs = settings.databaseUrl === undefined || applied.some((name) => name.startsWith("0001"));
  if (settings.demo && isOurs && !isDemoLoaded(settings))
    supervisor.add(startDemo(settings, progress), { mayEnd: true });
}

async function bringUpOwnDatabase(settings: Settings, supervisor: Supervisor, progress: Progress): Promise<string> {
  const database = await progress.step("starting the database", () => startOwnDatabase(settings));
  supervisor.add(database);
  return database.url;
}

/** Rejects when the supervisor ends: with the reason, or with `stopRequested`. */
function ended({ signal }: Supervisor): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function welcome(settings: Settings, link: string): string {
  return [
    "",
    `  Tachograph runs at ${settings.baseUrl}`,
    "",
    `  Log in   ${link}`,
    "           This link works once; npm run login prints another.",
    `  Data     ${settings.dataDirectory}${settings.databaseUrl === undefined ? "" : ", and your database"}`,
    "  Stop     Ctrl-C",
    "",
  ].join("\n");
}
