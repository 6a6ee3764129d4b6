import { McpServer } from "@modelcontextprotocol/server";
import { correctable, tachograph } from "@tachograph/gate";
import { z } from "zod";
import { hashCode, hashNumber } from "../hash-number.ts";

interface Export {
  exportId: string;
  report: string;
  /** How many more times somebody must ask before it is done: progress without a clock. */
  pollsLeft: number;
}

const json = (value: unknown) => ({ content: [{ type: "text" as const, text: JSON.stringify(value) }] });

/** The exports of one process; shared by the servers that `serveStdio` builds. */
export class ExportQueue {
  readonly exports = new Map<string, Export>();
}

/** Slow exports that are started once and asked after. SDK v2 over stdio. */
export function createReportsServer({ exports }: ExportQueue): McpServer {
  const server = tachograph(new McpServer({ name: "reports", version: "2.0.0-beta.3" }), {
    defaults: { validate: true, errors: true },
  });

  server.registerTool(
    "start_export",
    {
      description: "Start an export; ask for its state with get_export.",
      inputSchema: z.object({ report: z.string().min(1), from: z.iso.date(), to: z.iso.date() }),
      annotations: { readOnlyHint: false, destructiveHint: false },
    },
    ({ report, from, to }) => {
      const exportId = `EXP-${hashCode(`${report} ${from} ${to}`)}`;
      exports.set(exportId, { exportId, report, pollsLeft: 1 + hashNumber(exportId, 3) });
      return json({ exportId, state: "queued" });
    },
  );

  server.registerTool(
    "get_export",
    {
      description: "The state of an export.",
      inputSchema: z.object({ exportId: z.string().regex(/^EXP-[0-9A-F]{6}$/) }),
      annotations: { readOnlyHint: true },
    },
    ({ exportId }) => {
      const found = exports.get(exportId);
      if (!found) throw correctable(`There is no export ${exportId}`, { code: "no_such_export", param: "exportId" });
      const state = found.pollsLeft-- > 0 ? "running" : "done";
      return json({ exportId, state, ...(state === "done" && { rows: 100 + hashNumber(exportId, 9_000) }) });
    },
  );

  return server;
}
