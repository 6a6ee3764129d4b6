// What the tortured servers serve: tools that pay, behind a gate that can die at any step of a call.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, MessageExtraInfo } from "@modelcontextprotocol/sdk/types.js";
import { callContext, retryable, tachograph, terminal, type Diagnostic, type OnceOptions } from "@tachograph/gate";
import { openLedger, transactionOf } from "@tachograph/ledger";
import { z } from "zod";
import { openExecutions } from "./executions.ts";
import { mortalStore } from "./mortal-store.ts";
import { toldHere } from "./server-settings.ts";
import { pass } from "./steps.ts";

const { place, settings } = toldHere();
const { observes, leaseMs, waitMs, claimBudgetMs } = settings;
const execute = openExecutions(place.executions);

const once = (mode: OnceOptions["mode"]): OnceOptions => ({
  ...(mode !== undefined && { mode }),
  ...(waitMs !== undefined && { waitMs }),
});
const ledger = openLedger({
  url: place.databaseUrl,
  maxConnections: 2,
  ...(claimBudgetMs !== undefined && { claimBudgetMs }),
});
const enforced = {
  ledger: mortalStore(ledger, leaseMs),
  tools: {
    pay: { once: once("at_most_once") },
    pay_idempotent: { once: once("idempotent") },
    pay_atomic: { once: once("atomic") },
  },
};

const gate = {
  journalDirectory: place.journal,
  onDiagnostic: ({ code, message, cause }: Diagnostic) =>
    appendFileSync(place.diagnostics, `${JSON.stringify({ code, message, cause: String(cause), pid: process.pid })}\n`),
  ...(observes === true ? {} : enforced),
};

const inputSchema = {
  order: z.string(),
  /** How long it takes. */
  ms: z.number().default(0),
  /** Attempt n works until the file of this name and `.n` exists. */
  until: z.string().optional(),
  /** How the first attempt ends. */
  fails: z.enum(["retryable", "terminal"]).optional(),
};

async function fileAppears(path: string): Promise<void> {
  while (!existsSync(path)) await sleep(5);
}

async function pay(tool: string, given: z.infer<z.ZodObject<typeof inputSchema>>) {
  const { order, ms, until, fails } = given;
  const { callId, idempotencyKey: key, attempt, transaction } = callContext();
  pass("in_handler");
  execute({ tool, order, key, attempt, callId, pid: process.pid });
  if (transaction !== undefined) {
    await transactionOf(transaction)`insert into effects (operation, order_id) values (${key}, ${order})`;
  }
  pass("after_effect");
  if (ms > 0) await sleep(ms);
  if (until !== undefined) await fileAppears(`${until}.${attempt}`);
  if (attempt === 1 && fails === "retryable") throw retryable("the bank is busy", { afterMs: 1 });
  if (attempt === 1 && fails === "terminal") throw terminal("the account is closed");
  return { content: [{ type: "text" as const, text: `paid ${order} by ${process.pid}, attempt ${attempt}` }] };
}

function makeServer(): McpServer {
  const server = tachograph(new McpServer({ name: "payments", version: "1.0.0" }), gate);
  for (const tool of ["pay", "pay_idempotent", "pay_atomic"]) {
    server.registerTool(tool, { inputSchema }, (given) => pay(tool, given));
  }
  server.registerTool(
    "find",
    { inputSchema: { order: z.string() }, annotations: { readOnlyHint: true } },
    ({ order }) => ({ content: [{ type: "text", text: `found ${order}` }] }),
  );
  return server;
}

const isAnswer = (message: object): boolean => "result" in message && "content" in (message.result as object);

/** Serves one connection. Its handlers keep a ledger of their own, and what the gate took is noted. */
export async function servePayments(transport: Transport): Promise<void> {
  // Between the gate and the wire: the row is with the kernel, the answer is not.
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if (isAnswer(message)) pass("before_answer");
    return send(message, options);
  };
  await makeServer().connect(transport);

  // Between the SDK and the gate.
  const gatedSend = transport.send.bind(transport);
  transport.send = (message, options) => {
    if (isAnswer(message)) pass("before_row");
    return gatedSend(message, options);
  };
  const receive = transport.onmessage?.bind(transport);
  Object.assign(transport, {
    onmessage(message: JSONRPCMessage, extra?: MessageExtraInfo) {
      receive?.(message, extra);
      const { traceparent } = ("params" in message && message.params?._meta) || {};
      if (typeof traceparent !== "string") return;
      // What only reads is noted when the turn of the event loop in which it came is over.
      setImmediate(() => appendFileSync(place.received, `${traceparent.split("-")[1]}\n`));
    },
  });
}
