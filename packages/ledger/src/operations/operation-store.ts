import type { OperationStore, Ownership, Settlement } from "@tachograph/record";
import type { Pool } from "../connection.ts";
import { explainDatabaseError, LedgerError } from "../ledger-error.ts";
import { createAtomicRunner } from "./atomic.ts";
import { claimFault, claimWithin, repeated, startBudget } from "./claim.ts";
import type { OperationPool, SqlValue } from "./operation-pool.ts";
import { callText, nameOf, resultValues, snapshotOf } from "./operation-rows.ts";
import {
  confirmSql,
  fingerprintCheckSql,
  findSql,
  heartbeatSql,
  resolveSql,
  settledBySql,
  settleSql,
  type OperationRow,
} from "./operation-sql.ts";
import { createReleases } from "./releases.ts";
import type { ResultCipher } from "./result-cipher.ts";

/** Everything but a claim may take this long, failed connections included. */
const BUDGET_MS = 5_000;

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
    const budget = startBudget(BUDGET_MS);
    try {
      return await repeated(budget, () => pool.query<Row>(statement, values, budget.leftMs()));
    } catch (error) {
      throw explainDatabaseError(error, url);
    }
  }

  function settleValues(settlement: Settlement): SqlValue[] {
    const { stored, kept } = resultValues(cipher, settlement, settlement);
    return [
      ...nameOf(settlement),
      settlement.ownerToken,
      settlement.state,
      settlement.effect,
      settlement.retryAfterMs ?? 0,
      stored,
      kept,
      settlement.retentionMs,
      settlement.released === true ? 1 : 0,
      settlement.call.id,
      callText(settlement.call),
    ];
  }

  const atomic = createAtomicRunner({
    openLane: options.openLane,
    size: options.atomicConnections,
    pool,
    settleValues,
  });

  const store: OperationStore = {
    async claim(request) {
      if (releases.isGivenUp(request.ownerToken)) throw givenUp(request);
      try {
        return await claimWithin(startBudget(claimBudgetMs), { pool, cipher, request });
      } catch (error) {
        releases.start(request, { tookUnknown: false });
        throw explainDatabaseError(claimFault(error, claimBudgetMs), url);
      }
    },

    async confirmRepeat(request) {
      if (releases.isGivenUp(request.ownerToken)) throw givenUp(request);
      const { call } = request;
      const budget = startBudget(claimBudgetMs);
      const values = [
        ...nameOf(request),
        request.attempt,
        request.fingerprint,
        call.principal,
        request.expiresAt,
        request.ownerToken,
        request.leaseMs,
        call.sessionId,
        call.id,
        callText(call),
      ];
      try {
        return await repeated(budget, async () => {
          const [taken] = await pool.query<OperationRow>(confirmSql, values, budget.leftMs());
          if (taken) return snapshotOf(taken, cipher);
          // Ours already, where an earlier answer was lost.
          const [row] = await pool.query<OperationRow>(findSql, [...nameOf(request), null], budget.leftMs());
          const ours = row?.state === "in_flight" && row.ownerToken === request.ownerToken.toLowerCase();
          return ours ? snapshotOf(row, cipher) : undefined;
        });
      } catch (error) {
        releases.start(request, { tookUnknown: true });
        throw explainDatabaseError(claimFault(error, claimBudgetMs), url);
      }
    },

    async find(project, operationId) {
      const [row] = await query<OperationRow>(findSql, [...nameOf({ project, operationId }), null]);
      return row && snapshotOf(row, cipher);
    },

    async settle(settlement) {
      const [settled] = await query<{ late: boolean }>(settleSql, settleValues(settlement));
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
        throw explainDatabaseError(error, url);
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
