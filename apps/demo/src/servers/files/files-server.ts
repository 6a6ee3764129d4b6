import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from "@modelcontextprotocol/sdk/types.js";
import { tachograph } from "@tachograph/gate";
import { z } from "zod";

const path = z.string().min(1).max(512);

const tools = {
  list_directory: {
    description: "Names in a directory.",
    annotations: { readOnlyHint: true },
    schema: z.object({ path }),
    run: async (root: string, args: { path: string }) => (await readdir(within(root, args.path))).toSorted().join("\n"),
  },
  read_file: {
    description: "The text of a file.",
    annotations: { readOnlyHint: true },
    schema: z.object({ path }),
    run: (root: string, args: { path: string }) => readFile(within(root, args.path), "utf8"),
  },
  write_file: {
    description: "Write a text to a file, replacing what was there.",
    annotations: { destructiveHint: true, idempotentHint: true },
    schema: z.object({ path, content: z.string() }),
    run: async (root: string, args: { path: string; content: string }) => {
      const file = within(root, args.path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, args.content);
      return `Wrote ${Buffer.byteLength(args.content)} bytes to ${args.path}`;
    },
  },
  delete_file: {
    description: "Delete a file.",
    annotations: { destructiveHint: true },
    schema: z.object({ path }),
    run: async (root: string, args: { path: string }) => {
      const file = within(root, args.path);
      await stat(file);
      await rm(file);
      return `Deleted ${args.path}`;
    },
  },
} as const;

function within(root: string, path: string): string {
  const file = resolve(root, path);
  if (file !== root && !file.startsWith(root + sep))
    throw new Error(`Access denied: ${path} is outside the allowed directory`);
  return file;
}

function run(root: string, name: string, args: unknown): Promise<string> {
  if (!Object.hasOwn(tools, name)) throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${name}`);
  const tool = tools[name as keyof typeof tools];
  const parsed = tool.schema.safeParse(args ?? {});
  if (!parsed.success)
    throw new McpError(ErrorCode.InvalidParams, `Invalid arguments for ${name}: ${z.prettifyError(parsed.error)}`);
  return (tool.run as (root: string, args: unknown) => Promise<string>)(root, parsed.data);
}

/** Files below one directory. The low-level server of SDK v1, with hand-written handlers. */
export function createFilesServer(root: string): Server {
  const server = tachograph(new Server({ name: "files", version: "1.1.0" }, { capabilities: { tools: {} } }));

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Object.entries(tools).map(([name, { description, annotations, schema }]) => ({
      name,
      description,
      annotations,
      inputSchema: z.toJSONSchema(schema) as { type: "object" },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => ({
    content: [{ type: "text", text: await run(root, params.name, params.arguments) }],
  }));
  return server;
}
