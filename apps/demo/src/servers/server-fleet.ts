import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { findDemoLedger } from "./demo-ledger.ts";
import { mintAccessToken, type AccessTokenClaims } from "./payments/access-token.ts";
import type { Payout } from "./payments/order-book.ts";

export type HttpServerName = "payments" | "inventory" | "everything";
export type StdioServerName = "tickets" | "files" | "reports";
export type ServerName = HttpServerName | StdioServerName;

/** The servers of one run: where the HTTP ones listen, how the stdio ones are started. */
export interface ServerFleet {
  urlOf(server: HttpServerName): URL;
  /** How one process of a stdio server is started. */
  commandOf(server: StdioServerName): { command: string; args: string[]; environment: Record<string, string> };
  /** Mints a token of the payments server. */
  mintToken(claims: AccessTokenClaims): string;
  /** Why no operation is remembered in this run; undefined where they are. */
  withoutOnce: string | undefined;
  /** What the shop paid out so far, by its own books. */
  listPayouts(): Promise<Payout[]>;
  /** Resolves when the HTTP servers end without having been stopped. */
  lost: Promise<Error>;
  /** Ends the HTTP servers, which take the temporary folder with them. */
  stop(): Promise<void>;
}

const readyMessage = z.object({ port: z.number() });

const programs = {
  http: fileURLToPath(new URL("./serve-http.ts", import.meta.url)),
  tickets: fileURLToPath(new URL("./tickets/serve-tickets.ts", import.meta.url)),
  files: fileURLToPath(new URL("./files/serve-files.ts", import.meta.url)),
  reports: fileURLToPath(new URL("./reports/serve-reports.ts", import.meta.url)),
};

/** Starts the HTTP servers in a process of their own; stdio servers are started by whoever connects to them. */
export async function startServerFleet(): Promise<ServerFleet> {
  const tokenKey = randomBytes(32).toString("hex");
  const folder = await mkdtemp(join(tmpdir(), "tachograph-demo-"));
  const found = await findDemoLedger();
  const environment = "environment" in found ? found.environment : {};
  const child = fork(programs.http, {
    env: { ...process.env, ...environment, DEMO_TOKEN_KEY: tokenKey, DEMO_FOLDER: folder },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  let stopping = false;
  const lost = new Promise<Error>((resolve) => {
    child.once("exit", (code, signal) => {
      if (!stopping)
        resolve(new Error(`The demo's HTTP servers ended (${signal ?? `exit code ${code}`}); what they said is above`));
    });
  });
  const first = await Promise.race([once(child, "message"), lost]);
  if (first instanceof Error) throw first;
  const { port } = readyMessage.parse(first[0]);

  const commands: Record<StdioServerName, string[]> = {
    tickets: [programs.tickets],
    files: [programs.files, folder],
    reports: [programs.reports],
  };
  return {
    urlOf: (server) => new URL(`http://127.0.0.1:${port}/${server}`),
    commandOf: (server) => ({ command: process.execPath, args: commands[server], environment }),
    withoutOnce: "missing" in found ? found.missing : undefined,
    async listPayouts() {
      const response = await fetch(`http://127.0.0.1:${port}/payouts`);
      return (await response.json()) as Payout[];
    },
    lost,
    mintToken: (claims) => mintAccessToken(tokenKey, claims),
    async stop() {
      stopping = true;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      if (child.exitCode === null && child.signalCode === null) await exited;
      clearTimeout(timer);
    },
  };
}
