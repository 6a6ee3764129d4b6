import type { ClaimAnswer, ClaimRequest } from "@tachograph/record";
import { setTimeout as sleep } from "node:timers/promises";
import { isUnreachable, LedgerError } from "../ledger-error.ts";
import { isTransient } from "../row-faults.ts";
import { StatementTimeout, type OperationPool } from "./operation-pool.ts";
import { claimValues, nameOf, snapshotOf } from "./operation-rows.ts";
import { claimSql, findSql, lapseSql, twinSql, type OperationRow } from "./operation-sql.ts";
import type { ResultCipher } from "./result-cipher.ts";

const PAUSE_MS = 20;

/** What is left of a time that may be spent. */
export interface Budget {
  leftMs(): number;
}

export function startBudget(totalMs: number): Budget {
  const start = performance.now();
  return { leftMs: () => totalMs - (performance.now() - start) };
}

/**
 * Claims within a budget: a connection that fails is replaced, and the claim repeated with the same owner token.
 *
 * @throws what failed last, or {@link StatementTimeout}, once the budget is spent
 */
export async function claimWithin(
  budget: Budget,
  { pool, cipher, request }: { pool: OperationPool; cipher: ResultCipher; request: ClaimRequest },
): Promise<ClaimAnswer> {
  const values = claimValues(request);
  for (;;) {
    const answer = await repeated(budget, async (): Promise<ClaimAnswer | undefined> => {
      try {
        const [row] = await pool.query<OperationRow>(claimSql, values, budget.leftMs());
        if (!row) throw new Error("a claim gave no row");
        return await answerOf(row);
      } catch (error) {
        if (!isGuarded(error)) throw error;
        return await held();
      }
    });
    if (answer) return answer;
  }

  async function answerOf(row: OperationRow): Promise<ClaimAnswer> {
    const decision = decisionOf(row, request);
    // The result may have been committed while the claim waited for the row: the statement saw the row, not the result.
    const missed = row.keptResult === "stored" && row.result === null && decision !== "conflict";
    const [seen = row] = missed
      ? await pool.query<OperationRow>(findSql, [...nameOf(request), request.fingerprint], budget.leftMs())
      : [];
    return { decision, operation: snapshotOf({ ...row, result: seen.result ?? null }, cipher) };
  }

  /** Undefined where nothing is in the way any longer, so that the claim has to be repeated. */
  async function held(): Promise<ClaimAnswer | undefined> {
    const [twin] = await pool.query<OperationRow>(
      twinSql,
      [nameOf(request)[0], claimValues(request)[5] ?? null],
      budget.leftMs(),
    );
    if (!twin || twin.operationId === request.operationId) return undefined;
    if (twin.state === "in_flight" && twin.leaseExpiresAt <= twin.readAt) {
      await pool.query(lapseSql, nameOf(twin), budget.leftMs());
      return undefined;
    }
    return { decision: "held", operation: snapshotOf(twin, cipher) };
  }
}

/** Repeats what failed on its way to Postgres while there is time. */
export async function repeated<T>(budget: Budget, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const mayPass = isUnreachable(error) || isTransient(error);
      if (!mayPass || budget.leftMs() <= PAUSE_MS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function decisionOf(row: OperationRow, request: ClaimRequest): ClaimAnswer["decision"] {
  if (row.fingerprint !== request.fingerprint) return "conflict";
  switch (row.state) {
    case "in_flight":
      return row.ownerToken === request.ownerToken.toLowerCase() ? "execute" : "in_flight";
    case "failed_retryable":
      return "retry_later";
    case "unknown":
      return "unknown";
    default:
      return "replay";
  }
}

const isGuarded = (error: unknown): boolean => {
  const { code, constraint_name: constraint } = (error ?? {}) as Record<string, unknown>;
  return code === "23505" && constraint === "operations_guard";
};

/** The fault as an operator should read it. */
export const claimFault = (error: unknown, budgetMs: number): unknown =>
  error instanceof StatementTimeout
    ? new LedgerError("claim_timeout", `Postgres did not answer a claim within ${budgetMs} ms.`, {
        hint: "Look for locks, load or a slow network. Mutating calls are refused meanwhile.",
        cause: error,
      })
    : error;
