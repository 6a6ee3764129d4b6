import type { OperationStore, Ownership } from "@tachograph/record";
import type { Pool } from "../connection.ts";
import { describeDatabase, explainDatabaseError, LedgerError } from "../ledger-error.ts";
import { createAtomicRunner } from "./atomic/atomic-runner.ts";
import { mayHaveHappened, repeated, startBudget } from "./budget.ts";
import { ClaimFailure, claimWithin } from "./claim.ts";
import { StatementTimeout, type OperationPool, type SqlValue } from "./operation-pool.ts";
import { confirmValues, nameOf, resultValues, settleStatement, snapshotOf } from "./operation-rows.ts";
import {
  confirmSql,
  fingerprintCheckSql,
  findSql,
  heartbeatSql,
  resolveSql,
  settledBySql,
  type OperationRow,
} from "./operation-sql.ts";
import { createReleases } from "./releases.ts";
import type { ResultCipher } from "./result-cipher.ts";
import { shareClaims } from "./shared-claims.ts";

export interface OpenOperationStore {
  store: OperationStore;
  /** Lets go of claims that were given up, and ends the connections. */
  close(): Promise<void>;
}

/** Operations in Postgres. Every method may be repeated: each says the same again, and does nothing twice. */
export function createOperationStore(options: {
  url: string;
  pool: OperationPool;
  openLane: (onClose: () => void) => Pool;
  atomicConnections: number;
  cipher: ResultCipher;
  claimBudgetMs: number;
}): OpenOperationStore {
  const { url, pool, cipher, claimBudgetMs } = options;
  const releases = createReleases(pool);

  async function query<Row extends object>(statement: string, values: readonly SqlValue[]): Promise<Row[]> {
    const budget = startBudget(claimBudgetMs);
    try {
      return await repeated(budget, () => pool.query<Row>(statement, values, budget.leftMs()));
    } catch (error) {
      throw explain(error);
    }
  }

  const explain = (error: unknown): unknown =>
    error instanceof StatementTimeout
      ? new LedgerError("unreachable", `Postgres at ${describeDatabase(url)} did not answer in time.`, {
          hint: "Look for locks, load or a slow network.",
          cause: error,
        })
      : explainDatabaseError(error, url);

  const explainClaim = (error: unknown): unknown =>
    error instanceof StatementTimeout
      ? new LedgerError("claim_timeout", `Postgres did not answer a claim within ${claimBudgetMs} ms.`, {
          hint: "Look for locks, load or a slow network. Mutating calls are refused meanwhile.",
          cause: error,
        })
      : explainDatabaseError(error, url);

  const atomic = createAtomicRunner({
    openLane: options.openLane,
    size: options.atomicConnections,
    pool,
    settleStatement: (settlement) => settleStatement(cipher, settlement),
  });

  const claim = shareClaims(async (request, deliveries) => {
    try {
      return await claimWithin(startBudget(claimBudgetMs), { pool, cipher, request, deliveries });
    } catch (error) {
      if (!(error instanceof ClaimFailure)) throw error;
      if (error.uncertain) releases.start(request, { tookUnknown: false });
      throw explainClaim(error.cause);
    }
  });

  const store: OperationStore = {
    async claim(request) {
      if (releases.isGivenUp(request.ownerToken)) throw givenUp(request);
      return claim(request);
    },

    async confirmRepeat(request) {
      if (releases.isGivenUp(request.ownerToken)) throw givenUp(request);
      let uncertain = false;
      const budget = startBudget(claimBudgetMs);
      try {
        return await repeated(budget, async () => {
          try {
            const [taken] = await pool.query<OperationRow>(confirmSql, confirmValues(request), budget.leftMs());
            if (taken) return snapshotOf(taken, cipher);
          } catch (error) {
            uncertain ||= mayHaveHappened(error);
            throw error;
          }
          // Ours already, where an earlier answer was lost.
          const [row] = await pool.query<OperationRow>(findSql, [...nameOf(request), null], budget.leftMs());
          const { state, ownerToken } = row?.operation ?? {};
          const ours = state === "in_flight" && ownerToken === request.ownerToken.toLowerCase();
          return row && ours ? snapshotOf(row, cipher) : undefined;
        });
      } catch (error) {
        if (uncertain) releases.start(request, { tookUnknown: true });
        throw explainClaim(error);
      }
    },

    async find(project, operationId) {
      const [row] = await query<OperationRow>(findSql, [...nameOf({ project, operationId }), null]);
      return row && snapshotOf(row, cipher);
    },

    async settle(settlement) {
      const [settled] = await query<{ late: boolean }>(...settleStatement(cipher, settlement));
      const [row = settled] = settled
        ? []
        : await query<{ late: boolean }>(settledBySql, [...nameOf(settlement), settlement.ownerToken]);
      if (!row) return "lost";
      return row.late ? "late" : "settled";
    },

    async runAtomic(ownership, execution) {
      try {
        return await atomic.run(ownership, execution);
      } catch (error) {
        throw explain(error);
      }
    },

    async heartbeat(owned, leaseMs) {
      if (owned.length === 0) return [];
      const rows = await query<{ id: string }>(heartbeatSql, [JSON.stringify(owned.map(ownershipOf)), leaseMs]);
      return rows.map(({ id }) => id);
    },

    async resolve(resolution) {
      const { stored } = resultValues(cipher, resolution, { result: resolution.result, keptResult: "stored" });
      const resolved = await query(resolveSql, [
        ...nameOf(resolution),
        resolution.attempt,
        resolution.found,
        resolution.by,
        resolution.reason,
        resolution.found === "applied" ? stored : null,
        resolution.retentionMs,
      ]);
      return resolved.length > 0;
    },

    async checkFingerprintKey(project, checkValue) {
      const rows = await query<{ fingerprint_check: string }>(fingerprintCheckSql, [
        nameOf({ project, operationId: "" })[0],
        checkValue,
      ]);
      return rows[0]?.fingerprint_check === checkValue;
    },
  };
  return {
    store,
    async close() {
      await releases.stop();
      await Promise.all([atomic.end(), pool.end()]);
    },
  };
}

function ownershipOf(owned: Ownership): Ownership {
  const [project, operationId] = nameOf(owned);
  return { project, operationId, ownerToken: owned.ownerToken };
}

const givenUp = ({ operationId }: Ownership): LedgerError =>
  new LedgerError("claim_timeout", `The claim of operation ${operationId} with this owner token was given up.`, {
    hint: "Claim with a new owner token.",
  });
