import { z } from "zod";
import type { GateOptions } from "../options.ts";
import { serveEnforced, type Enforced, type serverKinds, type TestTool } from "../testing-enforced.ts";
import { text } from "../testing-gate.ts";

export const booking = z.strictObject({ date: z.iso.date(), seats: z.number().int().max(8).optional() });
const tools: Record<string, TestTool> = {
  book: { input: booking, run: ({ date }) => text(`booked ${String(date)}`) },
  find: { input: z.object({ id: z.string() }), annotations: { readOnlyHint: true }, run: ({ id }) => text(String(id)) },
  count: {
    input: z.object({ n: z.number() }),
    output: z.object({ n: z.number() }),
    run: ({ n }) => ({ ...text("counted"), structuredContent: { n: n === 13 ? "thirteen" : n } }),
  },
};
export const validating: GateOptions = { defaults: { validate: true } };

export async function withServer(
  given: {
    kind?: (typeof serverKinds)[number];
    tools?: Record<string, TestTool>;
    options: GateOptions;
    authInfo?: object;
  },
  work: (server: Enforced) => Promise<void>,
): Promise<void> {
  const server = await serveEnforced(given.kind ?? "v2", given.tools ?? tools, given.options, given.authInfo);
  try {
    await work(server);
  } finally {
    await server.close();
  }
}
