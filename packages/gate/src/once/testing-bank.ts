import { openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase, type TestDatabase } from "@tachograph/ledger/testing";
import type { OperationSnapshot } from "@tachograph/record";
import { afterEach, beforeEach } from "vitest";
import { z } from "zod";
import { callContext } from "../call-context.ts";
import type { Diagnostic, GateOptions, OnceOptions } from "../options.ts";
import { serveEnforced, type Enforced, type ServerKind, type TestTool } from "../testing-enforced.ts";
import { removeDirectories, text } from "../testing-gate.ts";

/** A database of its own for each test, which the servers of `serve` keep their operations in. */
export let database: TestDatabase;
export let ledger: Ledger;
const servers: Enforced[] = [];
/** What the gates had to say. */
export const diagnostics: Diagnostic[] = [];
/** What the bank really did: each payment that its handler made. */
export let bank: { order: unknown; key: string | null }[];

beforeEach(async () => {
  bank = [];
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, maxConnections: 3, claimBudgetMs: 15_000 });
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  diagnostics.length = 0;
  await removeDirectories();
  await ledger.close();
  await database.drop();
});

export const ann = { clientId: "ann", scopes: ["pay"] };
export const paid = z.object({ order: z.string(), amount: z.number(), note: z.string().optional() });
export const pay: TestTool = {
  input: paid,
  run: ({ order: paidOrder }) => {
    bank.push({ order: paidOrder, key: callContext().idempotencyKey });
    return text(`paid ${String(paidOrder)} as number ${bank.length}`);
  },
};

/** A server with these tools, `once` switched on for each, and a client that speaks for Ann. */
export async function serve(
  tools: Record<string, TestTool> = { pay },
  once: OnceOptions | true = true,
  more: { kind?: ServerKind; options?: GateOptions; authInfo?: object | undefined } = {},
): Promise<Enforced> {
  const names = Object.keys(tools);
  const server = await serveEnforced(
    more.kind ?? "v2",
    tools,
    {
      ledger,
      fingerprintKey: "a key for tests, of 32 bytes......",
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
      ...more.options,
      tools: { ...Object.fromEntries(names.map((name) => [name, { once }])), ...more.options?.tools },
    },
    "authInfo" in more ? more.authInfo : ann,
  );
  servers.push(server);
  return server;
}

export const id = (toolUseId: string) => ({
  meta: { "claudecode/toolUseId": toolUseId, "claudecode/sessionId": "s-1" },
});
export const keyed = (key: unknown) => ({ meta: { "tachograph/idempotencyKey": key } });
export const order = { order: "A-1", amount: 5 };
export const operation = async (server: Enforced): Promise<OperationSnapshot> =>
  (await ledger.find("default", server.row().operationId as string)) as OperationSnapshot;
