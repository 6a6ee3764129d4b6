import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { exitWithStdin } from "../exit-with-stdin.ts";
import { createReportsServer, ExportQueue } from "./reports-server.ts";

const queue = new ExportQueue();
const handle = serveStdio(() => createReportsServer(queue));
exitWithStdin(() => handle.close());
