import { startEmbeddedPostgres } from "@tachograph/ledger/embedded";

/** What this process sends to the one that started it. */
export type DatabaseMessage =
  | { kind: "ready"; url: string }
  | { kind: "failed"; message: string; hint: string | undefined };

/**
 * Holds the embedded Postgres, so that it is stopped whatever happens to `tachograph start`.
 * Takes the folder of the database as its argument.
 */
async function holdDatabase(directory: string): Promise<void> {
  const send = (message: DatabaseMessage): void => void process.send?.(message);
  let stopping = false;
  let stop = async (): Promise<void> => undefined;
  process.on("SIGTERM", () => {
    if (stopping) return;
    stopping = true;
    void stop().finally(() => process.exit(0));
  });
  try {
    const postgres = await startEmbeddedPostgres({ directory });
    stop = () => postgres.stop();
    if (stopping) return await stop();
    send({ kind: "ready", url: postgres.url });
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    console.error(error);
    send({ kind: "failed", message, hint });
    process.exitCode = 1;
    process.disconnect?.();
    return;
  }
  process.channel?.ref();
}

await holdDatabase(process.argv[2] ?? "");
