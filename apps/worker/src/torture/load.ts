import type { Ground } from "./ground.ts";
import type { Call, Delivery } from "./deliver.ts";
import type { ServerProcess } from "./server-process.ts";

/** A delivery of the load, and what was going on when it was sent. */
export interface Loaded extends Delivery {
  phase: string;
}

export interface Load {
  /** Names what is going on from now on. */
  phase: string;
  /** Takes the place of a server that has died. */
  replace(server: ServerProcess, successor: ServerProcess): void;
  /** Sends nothing more, and waits for all answers. */
  stop(): Promise<Loaded[]>;
}

const EVERY_MS = 10;
const CALLS_EACH_TIME = 2;
const tools = ["find", "pay", "find", "pay_idempotent", "find", "pay_atomic"] as const;

/**
 * 200 calls a second, in turn to each of the servers: those with the ledger are asked to change something every second
 * time, the others only read.
 */
export function startLoad(ground: Ground, acting: ServerProcess[], observing: ServerProcess[]): Load {
  const servers = [...acting, ...observing];
  const pending: Promise<Loaded>[] = [];
  let sent = 0;
  const send = (): void => {
    const turn = sent++;
    const server = servers[turn % servers.length] as ServerProcess;
    const tool = observing.includes(server)
      ? "find"
      : (tools[Math.floor(turn / servers.length) % tools.length] ?? "find");
    const call: Call = { tool, args: { order: `load-${turn}` }, toolUseId: `toolu_load_${turn}`, sessionId: "load" };
    const { phase } = load;
    pending.push(ground.deliver(server, call).then((delivery) => ({ ...delivery, phase })));
  };
  const timer = setInterval(() => {
    for (let count = 0; count < CALLS_EACH_TIME; count++) send();
  }, EVERY_MS);
  const load: Load = {
    phase: "calm",
    replace(server, successor) {
      servers[servers.indexOf(server)] = successor;
    },
    async stop() {
      clearInterval(timer);
      return Promise.all(pending);
    },
  };
  return load;
}
