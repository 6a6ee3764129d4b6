// A process of its own that claims, executes and settles as it is told. Run by tests with fork().
import type { ClaimAnswer, ClaimRequest } from "@tachograph/record";
import { sql } from "kysely";
import { setTimeout as sleep } from "node:timers/promises";
import { openLedger } from "../../connection.ts";
import { transactionOf } from "../atomic/atomic-transaction.ts";
import { settlementOf } from "./sample-operations.ts";

export type OwnerCommand =
  /** Claims all at once, and says what each was answered. */
  | { claimOnce: ClaimRequest[] }
  /** Delivers all at once, each until it has a result; whoever may execute does, and leaves a row in `executions`. */
  | { deliver: ClaimRequest[] }
  /** Enters a transaction, leaves a row in `executions`, says so, and never returns. */
  | { hangInAtomic: ClaimRequest };

const [url = ""] = process.argv.slice(2);
const ledger = openLedger({ url, claimBudgetMs: 15_000 });

async function deliver(request: ClaimRequest): Promise<string | null> {
  for (;;) {
    const { decision, operation } = await ledger.claim(request);
    if (decision === "replay") return operation.result;
    if (decision === "execute") {
      await sql`insert into executions (operation) values (${request.operationId})`.execute(ledger.db);
      await sleep(50);
      await ledger.settle(settlementOf(request));
      continue;
    }
    await sleep(50);
  }
}

async function hangInAtomic(request: ClaimRequest): Promise<void> {
  await ledger.claim(request);
  await ledger.runAtomic(request, {
    async run(transaction) {
      await transactionOf(transaction)`insert into executions (operation) values (${request.operationId})`;
      process.send?.("inside");
      await sleep(60_000);
      return { value: undefined, settlement: settlementOf(request) };
    },
  });
}

async function obey(command: OwnerCommand): Promise<ClaimAnswer["decision"][] | (string | null)[] | void> {
  if ("claimOnce" in command) {
    const answers = await Promise.all(command.claimOnce.map((request) => ledger.claim(request)));
    return answers.map(({ decision }) => decision);
  }
  if ("deliver" in command) return Promise.all(command.deliver.map(deliver));
  return hangInAtomic(command.hangInAtomic);
}

process.on("message", (command: OwnerCommand) => {
  void obey(command).then((answer) => process.send?.(answer ?? null));
});
process.on("disconnect", () => process.exit());
