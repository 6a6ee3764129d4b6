import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import type { ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import { terminal } from "@tachograph/gate";
import { z } from "zod";

interface FileToolDefinition<Schema extends z.ZodObject> {
  description: string;
  annotations: ToolAnnotations;
  schema: Schema;
  /** `resolve` gives the place on disk of a path, or throws. */
  run: (args: z.infer<Schema>, resolve: (path: string) => string) => Promise<string>;
}

export interface FileTool {
  description: string;
  annotations: ToolAnnotations;
  schema: z.ZodObject;
  /** @throws {z.ZodError} where the arguments are wrong; file system errors as they come. */
  call(args: unknown, root: string): Promise<string>;
}

function fileTool<Schema extends z.ZodObject>({ run, ...tool }: FileToolDefinition<Schema>): FileTool {
  return { ...tool, call: async (args, root) => run(tool.schema.parse(args), (path) => placeOf(root, path)) };
}

function placeOf(root: string, path: string): string {
  const place = resolve(root, path);
  if (place === root || place.startsWith(root + sep)) return place;
  throw terminal(`${path} is outside of the allowed directory`, { code: "outside_directory" });
}

const path = z.string().min(1).max(512);

export const fileTools: ReadonlyMap<string, FileTool> = new Map([
  [
    "list_directory",
    fileTool({
      description: "Names in a directory.",
      annotations: { readOnlyHint: true },
      schema: z.object({ path }),
      run: async (args, place) => (await readdir(place(args.path))).toSorted().join("\n"),
    }),
  ],
  [
    "read_file",
    fileTool({
      description: "The text of a file.",
      annotations: { readOnlyHint: true },
      schema: z.object({ path }),
      run: (args, place) => readFile(place(args.path), "utf8"),
    }),
  ],
  [
    "write_file",
    fileTool({
      description: "Write a text to a file, replacing what was there.",
      annotations: { destructiveHint: true, idempotentHint: true },
      schema: z.object({ path, content: z.string() }),
      run: async (args, place) => {
        const file = place(args.path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, args.content);
        return `Wrote ${Buffer.byteLength(args.content)} bytes to ${args.path}`;
      },
    }),
  ],
  [
    "delete_file",
    fileTool({
      description: "Delete a file.",
      annotations: { destructiveHint: true },
      schema: z.object({ path }),
      run: async (args, place) => {
        const file = place(args.path);
        await stat(file);
        await rm(file);
        return `Deleted ${args.path}`;
      },
    }),
  ],
]);
