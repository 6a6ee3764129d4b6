import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { OwnerCommand } from "./owner-process.ts";

const program = fileURLToPath(new URL("owner-process.ts", import.meta.url));

/** Another process with a ledger of its own. */
export interface Owner {
  tell(command: OwnerCommand): Promise<unknown>;
  kill(): Promise<void>;
}

export function startOwner(url: string): Owner {
  const child: ChildProcess = fork(program, [url], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const gone = once(child, "exit");
  return {
    async tell(command) {
      child.send(command);
      const [answer] = (await once(child, "message")) as unknown[];
      return answer;
    },
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
