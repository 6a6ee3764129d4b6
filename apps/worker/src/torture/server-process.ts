import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { deliverThrough, type Call, type Delivery } from "./deliver.ts";
import type { Place } from "./place.ts";
import { tell, type ServerSettings } from "./server-settings.ts";
import { STEP_VARIABLE, type Step } from "./steps.ts";

/** A server in a process of its own, and a real client of it. */
export interface ServerProcess {
  pid: number;
  deliver(call: Call): Promise<Delivery>;
  kill(): Promise<void>;
  /** Ends when the process has, by whatever hand. */
  gone: Promise<unknown>;
  pause(): void;
  resume(): void;
}

export interface StartOptions extends ServerSettings {
  /** Another way to the database. */
  databaseUrl?: string;
  dieAt?: Step;
  /** How far its clock is off. */
  clockShiftMs?: number;
}

const makeClient = (): Client => new Client({ name: "claude-code", version: "2.1.330" });

/** Starts a server with a client at the other end of its pipe. */
export async function startServer(place: Place, options: StartOptions = {}): Promise<ServerProcess> {
  const { args, env } = commandOf(place, options);
  const transport = new StdioClientTransport({ command: process.execPath, args, env });
  const client = makeClient();
  const gone = new Promise<void>((resolve) => {
    Object.assign(client, { onclose: resolve });
  });
  await client.connect(transport);
  return controlled(transport.pid as number, gone, client);
}

/** Starts a server on a port of its own, with a client that bears a token. */
export async function startHttpServer(place: Place, token: string, options: StartOptions = {}): Promise<ServerProcess> {
  const { args, env } = commandOf(place, { ...options, http: true });
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const [port] = (await once(createInterface(child.stdout), "line")) as [string];
  const client = makeClient();
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit: { headers } }),
  );
  return controlled(child.pid as number, gone, client);
}

function controlled(pid: number, gone: Promise<unknown>, client: Client): ServerProcess {
  let isGone = false;
  const ended = gone.then(() => {
    isGone = true;
  });
  const signal = (name: NodeJS.Signals): void => void (isGone || process.kill(pid, name));
  return {
    pid,
    gone: ended,
    deliver: (call) => deliverThrough(client, call),
    async kill() {
      signal("SIGKILL");
      await ended;
    },
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
  };
}

function commandOf(place: Place, { dieAt, clockShiftMs, databaseUrl, ...settings }: StartOptions) {
  const program = join(import.meta.dirname, "server.ts");
  const shiftedClock = join(import.meta.dirname, "shifted-clock.ts");
  return {
    args: [...(clockShiftMs === undefined ? [] : ["--import", shiftedClock]), program],
    env: {
      PATH: process.env["PATH"] ?? "",
      TACHOGRAPH_DATA_DIR: place.data,
      NODE_COMPILE_CACHE: place.compiled,
      ...tell({ place: { ...place, databaseUrl: databaseUrl ?? place.databaseUrl }, settings }),
      ...(dieAt !== undefined && { [STEP_VARIABLE]: dieAt }),
      ...(clockShiftMs !== undefined && { TORTURE_CLOCK_SHIFT_MS: String(clockShiftMs) }),
    },
  };
}
