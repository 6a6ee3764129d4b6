import { createServer } from "node:net";
import { CliError } from "./cli-error.ts";

/**
 * Sees to it that nobody listens on the port yet.
 *
 * @throws {CliError} `port_taken`, `bad_setting`
 */
export async function checkPortIsFree(port: number): Promise<void> {
  const cause = await tryListen(port);
  if (cause === undefined) return;
  if (cause.code === "EACCES") {
    throw new CliError({
      code: "bad_setting",
      message: `This user must not listen on port ${port}.`,
      hint: "Set TACHOGRAPH_PORT to a number above 1023.",
      cause,
    });
  }
  const ours = await isTachograph(port);
  throw new CliError({
    code: "port_taken",
    message: ours
      ? `Tachograph is already running at http://127.0.0.1:${port}, with other data than this one.`
      : `Port ${port} is taken by another program.`,
    hint: `Stop it, or choose another port: TACHOGRAPH_PORT=${port === 65_535 ? port - 1 : port + 1} npm start`,
    cause,
  });
}

function tryListen(port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function isTachograph(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/health`, { signal: AbortSignal.timeout(2_000) });
    const { status } = (await response.json()) as { status?: unknown };
    return status === "ok" || status === "starting";
  } catch {
    return false;
  }
}
