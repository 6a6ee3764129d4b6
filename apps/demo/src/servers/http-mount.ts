import type { IncomingMessage, ServerResponse } from "node:http";

export type Next = () => void;
/** A step in front of a mount, as Express calls them. It answers, or calls `next`. */
export type HttpStep = (request: IncomingMessage, response: ServerResponse, next: Next) => void;
export type HttpMount = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Puts steps in front of a mount, the first one outermost. */
export function mount(steps: readonly HttpStep[], serve: HttpMount): HttpMount {
  return (request, response) => {
    const run = (index: number): void => {
      const step = steps[index];
      if (step) step(request, response, () => run(index + 1));
      else void serve(request, response).catch((error: unknown) => fail(response, error));
    };
    run(0);
    return Promise.resolve();
  };
}

function fail(response: ServerResponse, error: unknown): void {
  process.stderr.write(`demo server: ${String(error)}\n`);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}
