import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "./free-port.ts";

export interface DashboardProcess {
  url: string;
  /** A one-time login link, as `npm run login` gets it. */
  loginLink(): Promise<string>;
  stop(): Promise<void>;
  pid: number;
  /** As a collector of logs that is gone: what the dashboard writes from now on fails. */
  closeLog(): void;
}

const READY_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 10_000;

/**
 * Starts the built dashboard on a database. Resolves when it says that it is healthy.
 *
 * @param environment - Gives more variables, once the address is known.
 */
export async function startDashboard({
  databaseUrl,
  environment = () => ({}),
}: {
  databaseUrl: string;
  environment?: (url: string) => Record<string, string> | Promise<Record<string, string>>;
}): Promise<DashboardProcess> {
  const folder = dirname(createRequire(import.meta.url).resolve("@tachograph/dashboard/package.json"));
  if (!existsSync(join(folder, ".next/BUILD_ID"))) {
    throw new Error("the dashboard is not built: pnpm --filter @tachograph/dashboard build");
  }
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const startSecret = randomBytes(32).toString("hex");
  const more = await environment(url);
  const next = createRequire(join(folder, "package.json")).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", String(port)], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      PORT: String(port),
      TACHOGRAPH_URL: url,
      TACHOGRAPH_DATABASE_URL: databaseUrl,
      TACHOGRAPH_START_SECRET: startSecret,
      BETTER_AUTH_SECRET: randomBytes(32).toString("hex"),
      ...more,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    // One that a fault keeps busy must not keep the tests from saying which.
    const unheard = setTimeout(() => child.kill("SIGKILL"), GONE_WITHIN_MS);
    await exited;
    clearTimeout(unheard);
  };

  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`the dashboard did not become healthy:\n${output}`);
    }
    await sleep(100);
  }
  return {
    url,
    stop,
    pid: child.pid ?? 0,
    closeLog() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    async loginLink() {
      const response = await fetch(`${url}/api/login-link`, {
        method: "POST",
        headers: { authorization: `Bearer ${startSecret}` },
      });
      const { url: link } = (await response.json()) as { url: string };
      return link;
    },
  };
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/health`);
    return response.ok;
  } catch {
    return false;
  }
}
