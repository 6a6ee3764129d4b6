import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { ErrorPayload } from "@tachograph/record";
import type { Place } from "./place.ts";
import { SETTINGS_VARIABLE, type ServerSettings } from "./server-settings.ts";
import { STEP_VARIABLE, type Step } from "./steps.ts";

export interface Call {
  tool: "pay" | "pay_idempotent" | "pay_atomic" | "find";
  args: { order: string; ms?: number; until?: string; fails?: "retryable" | "terminal" };
  /** The host's id of the call. */
  toolUseId: string;
  sessionId?: string;
  /** Token that repeats an operation of unknown effect. */
  confirmRepeat?: string;
}

/** One delivery of a call, and what its client saw. */
export interface Delivery extends Call {
  /** Names the delivery itself: the trace that its row belongs to. */
  traceId: string;
  /** Undefined where the connection broke before the answer. */
  answer?: Answer;
}

export interface Answer {
  isError: boolean;
  text: string;
  /** Empty where the call succeeded. */
  told: Partial<ErrorPayload>;
  replayed: boolean;
  tookMs: number;
}

export interface ServerProcess {
  pid: number;
  /** Ends with the answer, or without one when the server is gone. Never rejects. */
  deliver(call: Call): Promise<Delivery>;
  kill(): Promise<void>;
  /** Ends when the process has, by whatever hand. */
  gone: Promise<unknown>;
  pause(): void;
  resume(): void;
}

export interface StartOptions extends Partial<ServerSettings> {
  /** Another way to the database. */
  databaseUrl?: string;
  dieAt?: Step;
  /** How far its clock is off. */
  clockShiftMs?: number;
}

const program = join(import.meta.dirname, "server.ts");
const shiftedClock = join(import.meta.dirname, "shifted-clock.ts");

/** Starts a gated server with a real client at the other end of its pipe. */
export async function startServer(place: Place, { dieAt, clockShiftMs, ...given }: StartOptions = {}) {
  const { databaseUrl = place.databaseUrl, ...settings } = given;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...(clockShiftMs === undefined ? [] : ["--import", shiftedClock]), program],
    env: {
      PATH: process.env["PATH"] ?? "",
      TACHOGRAPH_DATA_DIR: place.data,
      NODE_COMPILE_CACHE: place.compiled,
      [SETTINGS_VARIABLE]: JSON.stringify({
        place: { ...place, databaseUrl },
        settings: { observes: false, ...settings },
      }),
      ...(dieAt !== undefined && { [STEP_VARIABLE]: dieAt }),
      ...(clockShiftMs !== undefined && { TORTURE_CLOCK_SHIFT_MS: String(clockShiftMs) }),
    },
  });
  const client = new Client({ name: "claude-code", version: "2.1.330" });
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    const onclose = (): void => {
      isGone = true;
      resolve();
    };
    Object.assign(client, { onclose });
  });
  await client.connect(transport);
  const pid = transport.pid as number;

  const server: ServerProcess = {
    pid,
    gone,
    async deliver(call) {
      const delivery: Delivery = { ...call, traceId: randomBytes(16).toString("hex") };
      const start = performance.now();
      const _meta = {
        "claudecode/toolUseId": call.toolUseId,
        ...(call.sessionId !== undefined && { "claudecode/sessionId": call.sessionId }),
        ...(call.confirmRepeat !== undefined && { "tachograph/confirmRepeat": call.confirmRepeat }),
        traceparent: `00-${delivery.traceId}-00f067aa0ba902b7-01`,
      };
      try {
        const result = await client.callTool({ name: call.tool, arguments: call.args, _meta });
        delivery.answer = { ...answerOf(result), tookMs: performance.now() - start };
      } catch {
        // The connection broke; whether it happened is what the tests ask.
      }
      return delivery;
    },
    async kill() {
      if (!isGone) process.kill(pid, "SIGKILL");
      await gone;
    },
    pause: () => void process.kill(pid, "SIGSTOP"),
    resume() {
      if (!isGone) process.kill(pid, "SIGCONT");
    },
  };
  return server;
}

function answerOf(result: unknown): Omit<Answer, "tookMs"> {
  const { content, isError, _meta } = result as {
    content: { text: string }[];
    isError?: boolean;
    _meta?: Record<string, unknown>;
  };
  return {
    isError: isError === true,
    text: content.map(({ text }) => text).join("\n"),
    told: (_meta?.["tachograph/error"] as ErrorPayload | undefined) ?? {},
    replayed: _meta?.["tachograph/replay"] !== undefined,
  };
}
