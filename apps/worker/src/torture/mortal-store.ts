import type { Ledger } from "@tachograph/ledger";
import type { LedgerSink, OperationStore } from "@tachograph/record";
import { pass } from "./steps.ts";

/** A ledger whose process may die before and after each write of an operation. */
export function mortalStore(ledger: Ledger, leaseMs: number | undefined): LedgerSink & OperationStore {
  return {
    ...ledger,
    async claim(request) {
      pass("before_claim");
      const answer = await ledger.claim(leaseMs === undefined ? request : { ...request, leaseMs });
      if (answer.decision === "execute") pass("after_claim");
      return answer;
    },
    async settle(settlement) {
      pass("before_settle");
      const answer = await ledger.settle(settlement);
      pass("after_settle");
      return answer;
    },
    async runAtomic(ownership, execution) {
      const value = await ledger.runAtomic(ownership, {
        async run(transaction) {
          const executed = await execution.run(transaction);
          pass("before_settle");
          return executed;
        },
      });
      pass("after_settle");
      return value;
    },
  };
}
