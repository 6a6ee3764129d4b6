import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { createTestDatabase } from "@tachograph/ledger/testing";
import type { RecordedCall } from "@tachograph/record";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startShipper } from "./journal/shipper.ts";
import {
  codeBlocks,
  diagnosticsOf,
  installInto,
  packPackages,
  runProgram,
  toolPath,
  userEnvironment,
  workspace,
} from "./packaging/npm-user.ts";
import { receiveOtlp } from "./packaging/otlp-receiver.ts";

const folder = mkdtempSync(join(tmpdir(), "tachograph-packaging-"));
const readmeOf = (place: string): string => readFileSync(join(workspace, place, "README.md"), "utf8");
/** The block that the README of the repository marks as the quick start. */
const quickStart = codeBlocks(readmeOf(".").split("<!-- quick start")[1] ?? "")[0] ?? "";
const enforced = codeBlocks(readmeOf(".").split("<!-- enforce")[1] ?? "")[0] ?? "";
const [, quickStartV1 = "", ...otherBlocks] = codeBlocks(readmeOf("packages/gate"));

const catalog = readFileSync(join(workspace, "pnpm-workspace.yaml"), "utf8");
const pinned = (name: string): string => `${name}@${new RegExp(`"?${name}"?: (\\S+)`).exec(catalog)?.[1]}`;

let tarballs: string[];
beforeAll(async () => {
  tarballs = await packPackages(folder);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the tarballs", () => {
  test("hold what the entries name, the licence and the README, and no test", async () => {
    for (const tarball of tarballs) {
      const files = (await runProgram("tar", ["-tzf", tarball], { cwd: folder })).split("\n").filter(Boolean);
      expect(files).toEqual(
        expect.arrayContaining([
          "package/LICENSE",
          "package/README.md",
          "package/dist/index.js",
          "package/dist/index.d.ts",
        ]),
      );
      expect(files.filter((file) => /test|bench|conformance|failure-matrix|packaging|\/src\//.test(file))).toEqual([]);
    }
  });

  test.each([
    ["publint", "--strict"],
    ["attw", "--profile", "esm-only"],
  ])(
    "satisfy %s",
    async (checker, ...options) => {
      for (const tarball of tarballs) {
        await runProgram(toolPath(checker), [tarball, ...options], { cwd: folder });
      }
    },
    120_000,
  );
});

interface AnyClient {
  connect(transport: never): Promise<void>;
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

const clientInfo = { name: "claude-code", version: "2.1.330" };
const users = [
  {
    sdk: "@modelcontextprotocol/server",
    source: quickStart,
    client: (): AnyClient => new ClientV2(clientInfo),
    Stdio: StdioV2,
  },
  {
    sdk: "@modelcontextprotocol/sdk",
    source: quickStartV1,
    client: (): AnyClient => new ClientV1(clientInfo),
    Stdio: StdioV1,
  },
];

describe.each(users)("the quick start on $sdk, installed by npm", ({ sdk, source, client: newClient, Stdio }) => {
  const project = join(folder, basename(sdk));
  beforeAll(async () => {
    await installInto(project, [...tarballs, pinned(sdk), pinned("zod"), pinned("@types/node")]);
  }, 300_000);

  test("compiles under strict, and refuses a handler with other arguments", async () => {
    writeFileSync(join(project, "server.ts"), source);
    writeFileSync(join(project, "wrong.ts"), source.replace("({ city })", "({ city }: { city: number })"));
    const diagnostics = await diagnosticsOf(project, ["server.ts", "wrong.ts"]);
    expect(diagnostics[0]).toMatch(/^wrong\.ts\(\d+,\d+\): error TS/);
    expect(diagnostics.filter((line) => line.startsWith("server.ts") || line.includes("node_modules"))).toEqual([]);
  }, 300_000);

  test("records every call of a real client in the data directory", async () => {
    const data = join(project, "data");
    // The quick start has no type annotation: it is JavaScript as it stands.
    writeFileSync(join(project, "server.js"), source);
    const env = { ...userEnvironment(), TACHOGRAPH_DATA_DIR: data } as Record<string, string>;
    const client = newClient();
    await client.connect(new Stdio({ command: process.execPath, args: ["server.js"], cwd: project, env }) as never);
    const answers = [
      await client.callTool({ name: "forecast", arguments: { city: "Lisbon" } }),
      await client.callTool({ name: "forecast", arguments: { city: 7 } }),
      await client.callTool({ name: "forecast", arguments: { city: "Porto" } }),
    ];
    await client.close();

    expect(answers[0]).toMatchObject({ content: [{ type: "text", text: "Sunny in Lisbon" }] });
    expect(answers[1]).toMatchObject({ isError: true });
    const rows = await rowsIn(join(data, "journal"));
    expect(rows.map(({ call }) => [call.tool, call.outcome, call.serverName, call.clientName])).toEqual([
      ["forecast", "ok", "weather", "claude-code"],
      ["forecast", "invalid_input", "weather", "claude-code"],
      ["forecast", "ok", "weather", "claude-code"],
    ]);
  });
});

describe("the enforcing server of the README, installed by npm", () => {
  const project = join(folder, "enforcing");
  beforeAll(async () => {
    const own = [pinned("@modelcontextprotocol/server"), pinned("zod"), pinned("@types/node")];
    await installInto(project, [...tarballs, ...own]);
  }, 300_000);

  test("compiles under strict, and a rule that reads what the schema does not have does not", async () => {
    writeFileSync(join(project, "server.ts"), enforced);
    writeFileSync(join(project, "wrong.ts"), enforced.replace("args.amountCents <=", "args.amountEuros <="));
    const diagnostics = await diagnosticsOf(project, ["server.ts", "wrong.ts"]);
    expect(diagnostics[0]).toMatch(/^wrong\.ts\(\d+,\d+\): error TS/);
    expect(diagnostics.filter((line) => line.startsWith("server.ts") || line.includes("node_modules"))).toEqual([]);
  }, 300_000);

  test("tells an agent what its table says", async () => {
    const database = await createTestDatabase();
    const data = join(project, "data");
    writeFileSync(join(project, "server.mts"), enforced);
    const own = { TACHOGRAPH_DATA_DIR: data, TACHOGRAPH_DATABASE_URL: database.url };
    const env = { ...userEnvironment(), ...own } as Record<string, string>;
    const connect = async (more: object = {}): Promise<ClientV2> => {
      const client = new ClientV2(clientInfo);
      // Node itself runs TypeScript that is JavaScript but for its types.
      const command = { command: process.execPath, args: ["server.mts"], cwd: project };
      await client.connect(new StdioV2({ ...command, env: { ...env, ...more } }));
      return client;
    };
    const client = await connect();
    const refund = async (args: object, from = client): Promise<string> => {
      const { content } = await from.callTool({ name: "refund_order", arguments: { ...args } });
      return (content as { text: string }[]).map(({ text }) => text).join("\n");
    };
    const order = { orderId: "ORD-4217", amountCents: 900 };
    expect(await refund({ ...order, orderId: "4217" })).toContain('"code":"invalid_argument"');
    expect(await refund({ ...order, amountCents: 60_000 })).toContain("refunds above 500.00 need a person");
    // Where the ledger is slow to answer, as on a busy machine, nothing was executed and the agent is told to call again.
    const patient = { timeout: 60_000, interval: 1_000 };
    await expect.poll(() => refund(order), patient).toMatch(/^Refunded 900 of ORD-4217, reference [0-9a-f]{64}$/);
    expect(await refund(order)).toContain("Nothing was executed again");
    expect(await refund({ ...order, amountCents: 1 })).toContain('"code":"key_conflict"');
    const busy = await connect({ BANK_IS_BUSY: "1" });
    expect(await refund({ ...order, orderId: "ORD-0001" }, busy)).toContain('"retry":"retryable"');
    const read = await client.callTool({ name: "get_order", arguments: { orderId: "ORD-4217" } });
    expect(read.content).toMatchObject([{ text: "Refunded so far: 900" }]);
    await client.close();
    await busy.close();
    await database.drop();
  });
});

describe("the exporting server of the page about telemetry, installed by npm", () => {
  const project = join(folder, "exporting");
  const page = readFileSync(join(workspace, "packages/gate/docs/telemetry.md"), "utf8");
  const [source = ""] = codeBlocks(page);
  beforeAll(async () => {
    const own = [pinned("@modelcontextprotocol/server"), pinned("zod"), pinned("@types/node")];
    const telemetry = ["@opentelemetry/sdk-node@0.301.0", "@opentelemetry/resources@3.1.0"];
    await installInto(project, [...tarballs, ...own, ...telemetry]);
  }, 300_000);

  test("compiles under strict", async () => {
    writeFileSync(join(project, "server.ts"), source);
    expect(await diagnosticsOf(project, ["server.ts"])).toEqual([]);
  }, 300_000);

  test("sends what the page shows", async () => {
    writeFileSync(join(project, "server.mts"), source);
    const receiver = await receiveOtlp();
    const env = {
      ...userEnvironment(),
      TACHOGRAPH_DATA_DIR: join(project, "data"),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    };
    const client = new ClientV2(clientInfo);
    const command = { command: process.execPath, args: ["server.mts"], cwd: project };
    await client.connect(new StdioV2({ ...command, env }));
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (const [index, cents] of [900, 60_000, "900"].entries())
      await client.callTool({
        name: "refund_order",
        arguments: { orderId: "ORD-4217", cents },
        _meta: { traceparent, "claudecode/toolUseId": `toolu_${index + 1}` },
      });
    await client.close();
    await expect.poll(() => receiver.text(), { timeout: 10_000 }).toContain("tachograph.journal.dropped");
    const shown = /<!-- arrives -->\n\n```text\n(.*?)```/s.exec(page)?.[1] ?? "";
    const alike = (text: string): string =>
      text.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "ID").replaceAll(/[\d.]+ ms|sum [\d.]+/g, "TIME");
    expect(alike(receiver.text())).toBe(alike(shown));
    expect(receiver.resources()).toMatchObject([
      { "service.name": "orders", "service.instance.id": expect.stringMatching(/^[\da-f-]{36}$/) },
    ]);
    // What the SDK detects by default, and what may hold secrets.
    expect(JSON.stringify(receiver.resources())).not.toMatch(/process\.|command|host\./);
    await receiver.close();
  });
});

/** Ships a journal folder into memory. */
async function rowsIn(directory: string): Promise<RecordedCall[]> {
  const rows: RecordedCall[] = [];
  const sink = {
    record: async ({ calls }: { calls: RecordedCall[] }) => {
      rows.push(...calls);
      return { inserted: calls.length, known: 0, rejected: [] };
    },
  };
  const shipper = startShipper({ directory, sink });
  await shipper.flush();
  await shipper.stop();
  return rows;
}

describe("the READMEs", () => {
  test("have no code that does not compile against what is published", async () => {
    const blocks = [
      ...otherBlocks,
      ...codeBlocks(readmeOf("packages/record")),
      ...codeBlocks(readmeOf("packages/ledger")),
    ];
    expect(blocks.length).toBeGreaterThan(3);
    const project = join(folder, "server");
    for (const [index, block] of blocks.entries()) writeFileSync(join(project, `block-${index}.ts`), block);
    const files = blocks.map((_, index) => `block-${index}.ts`);
    expect(await diagnosticsOf(project, files)).toEqual([]);
  }, 300_000);

  test("show the quick start that is run here", () => {
    expect(quickStart).toContain("tachograph(new McpServer(");
    expect(readmeOf("packages/gate")).toContain(quickStart);
  });
});
