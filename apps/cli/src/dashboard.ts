import { setTimeout as sleep } from "node:timers/promises";
import { startChild, type Child } from "./child.ts";
import { CliError } from "./cli-error.ts";
import { dashboardFolder, nextProgram } from "./dashboard-build.ts";
import { secretFile } from "./data-folder.ts";
import { logDirectory, type Settings } from "./settings.ts";

const READY_WITHIN_MS = 60_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** The secret that the dashboard takes for a request of `tachograph start` or `tachograph login`. */
const startSecret = (settings: Settings): string => secretFile(settings.dataDirectory, "start.secret");

export function startDashboard(settings: Settings, databaseUrl: string): Child {
  return startChild({
    name: "the dashboard",
    args: [nextProgram, "start", "--hostname", "127.0.0.1", "--port", String(settings.port)],
    cwd: dashboardFolder,
    env: {
      ...process.env,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      PORT: String(settings.port),
      HOSTNAME: "127.0.0.1",
      TACHOGRAPH_URL: settings.baseUrl,
      TACHOGRAPH_DATABASE_URL: databaseUrl,
      TACHOGRAPH_DATA_DIR: settings.dataDirectory,
      TACHOGRAPH_START_SECRET: startSecret(settings),
      BETTER_AUTH_SECRET: secretFile(settings.dataDirectory, "session.secret"),
    },
    logDirectory: logDirectory(settings),
  });
}

/** Whether the dashboard answers, the database is there and the worker at work. */
export async function isHealthy(settings: Settings): Promise<boolean> {
  try {
    const response = await fetch(`${settings.baseUrl}/api/health`, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    return response.ok;
  } catch {
    return false;
  }
}

/** @throws {CliError} `not_ready` after a minute */
export async function waitUntilHealthy(settings: Settings, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (await isHealthy(settings)) return;
    await sleep(100);
  }
  throw new CliError({
    code: "not_ready",
    message: `The dashboard at ${settings.baseUrl} was not ready within ${READY_WITHIN_MS / 1000} seconds.`,
    hint: `Its log and the worker's are in ${logDirectory(settings)}.`,
  });
}

/**
 * A link that logs in whoever opens it first.
 *
 * @throws {CliError} `not_running`, `not_ready`
 */
export async function requestLoginLink(settings: Settings): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`${settings.baseUrl}/api/login-link`, {
      method: "POST",
      headers: { authorization: `Bearer ${startSecret(settings)}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new CliError({
      code: "not_running",
      message: `Nothing answers at ${settings.baseUrl}.`,
      hint: "Start Tachograph with npm start, then try again.",
      cause,
    });
  }
  const answer = (await response.json().catch(() => ({}))) as { url?: unknown };
  if (response.ok && typeof answer.url === "string") return answer.url;
  throw new CliError({
    code: "not_ready",
    message: `The dashboard at ${settings.baseUrl} gave no login link (HTTP ${response.status}).`,
    hint:
      response.status === 429
        ? "Too many links were asked for; wait a minute and try again."
        : "Another Tachograph with other data may listen there: check TACHOGRAPH_PORT and TACHOGRAPH_DATA_DIR.",
  });
}
