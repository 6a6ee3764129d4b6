import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { exitWithStdin } from "../exit-with-stdin.ts";
import { createFilesServer } from "./files-server.ts";

const root = process.argv[2];
if (root === undefined) throw new Error("serve-files: name the directory to serve as the first argument");

const server = createFilesServer(root);
exitWithStdin(() => server.close());
await server.connect(new StdioServerTransport());
