import { closeRecorders } from "@tachograph/gate";
import type { Ledger } from "@tachograph/ledger";

/** Ends a stdio server in good order when its host closes the pipe, so that no server outlives its host. */
export function exitWithStdin(close: () => Promise<void>, ledger?: Ledger): void {
  const end = (): void =>
    void close()
      .then(closeRecorders)
      .then(() => ledger?.close());
  process.stdin.once("end", end);
  // A host that was killed leaves a broken pipe behind; writing to it must not raise an error of its own.
  process.stdout.on("error", end);
  // Ctrl-C reaches every process of the terminal; the host decides when its servers end.
  process.on("SIGINT", () => undefined);
}
