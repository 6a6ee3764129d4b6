import type { ClaimAnswer, ClaimRequest } from "@tachograph/record";
import { mayHaveHappened, repeated, type Budget } from "./budget.ts";
import { StatementTimeout, type OperationPool } from "./operation-pool.ts";
import { claimValues, guardOf, nameOf, snapshotOf, takeValues } from "./operation-rows.ts";
import { abandonSql, claimSql, endSql, findSql, takeSql, twinSql, type OperationRow } from "./operation-sql.ts";
import type { ResultCipher } from "./result-cipher.ts";
import type { Claimed } from "./shared-claims.ts";

type Operation = OperationRow["operation"];

/** A claim that failed. */
export class ClaimFailure extends Error {
  /** Whether it may have been granted all the same. */
  readonly uncertain: boolean;
  constructor(cause: unknown, uncertain: boolean) {
    super("the claim failed", { cause });
    this.name = "ClaimFailure";
    this.uncertain = uncertain;
  }
}

/**
 * Claims within a budget: a connection that fails is replaced, and the claim repeated with the same owner token.
 *
 * @throws {ClaimFailure} once the budget is spent, or where repeating is of no use
 */
export async function claimWithin(
  budget: Budget,
  claim: { pool: OperationPool; cipher: ResultCipher; request: ClaimRequest; deliveries: number },
): Promise<Claimed> {
  const { pool, cipher, request, deliveries } = claim;
  const values = claimValues(request);
  let uncertain = false;
  let counted = 0;
  try {
    for (;;) {
      const answer = await repeated(budget, claimOnce);
      if (answer) return answer;
    }
  } catch (error) {
    throw new ClaimFailure(error, uncertain);
  }

  /** Undefined where what was in the way is gone, so that the claim has to be repeated. */
  async function claimOnce(): Promise<Claimed | undefined> {
    try {
      // Those whose answer was lost may have been counted.
      const toCount = counted > 0 ? 0 : uncertain ? 1 : deliveries;
      const [row] = await pool.query<OperationRow>(claimSql, [...values, toCount], budget.leftMs());
      if (!row) throw new Error("a claim gave no row");
      counted++;
      return standsOpen(row.operation, request) ? await take(row.operation) : await answerOf(row);
    } catch (error) {
      if (isGuarded(error)) return await held();
      if (isLockTimeout(error)) throw new StatementTimeout(false, error);
      uncertain ||= mayHaveHappened(error);
      throw error;
    }
  }

  async function answerOf(row: OperationRow): Promise<Claimed> {
    const { operation } = row;
    const decision = decisionOf(operation, request);
    // The result may have been committed while the claim waited for the row: the statement saw the row, not the result.
    const missed = operation.keptResult === "stored" && row.result === null && decision !== "conflict";
    const [seen = row] = missed
      ? await pool.query<OperationRow>(findSql, [...nameOf(request), request.fingerprint], budget.leftMs())
      : [];
    return claimed(decision, { operation, result: seen.result ?? null });
  }

  /** Undefined where somebody else was faster. */
  async function take({ mode, state }: Operation): Promise<Claimed | undefined> {
    const mustNotRunAgain = state === "in_flight" && [mode, request.mode].includes("at_most_once");
    const [taken] = mustNotRunAgain
      ? await pool.query<OperationRow>(endSql, nameOf(request), budget.leftMs())
      : await pool.query<OperationRow>(takeSql, takeValues(request), budget.leftMs());
    return taken && claimed(decisionOf(taken.operation, request), taken);
  }

  async function held(): Promise<Claimed | undefined> {
    const [project] = nameOf(request);
    const [row] = await pool.query<OperationRow>(twinSql, [project, guardOf(request)], budget.leftMs());
    const twin = row?.operation;
    if (!row || !twin || twin.operationId === request.operationId) return undefined;
    if (twin.state === "in_flight" && twin.leaseExpiresAt <= twin.readAt) {
      await pool.query(twin.mode === "at_most_once" ? endSql : abandonSql, nameOf(twin), budget.leftMs());
      return undefined;
    }
    return claimed("held", row);
  }

  function claimed(decision: ClaimAnswer["decision"], row: OperationRow): Claimed {
    return { decision, operation: snapshotOf(row, cipher), ownerToken: row.operation.ownerToken };
  }
}

/** Whether it has no owner that could still execute it, or is due again. */
function standsOpen(operation: Operation, request: ClaimRequest): boolean {
  if (operation.fingerprint !== request.fingerprint || operation.ownerToken === request.ownerToken.toLowerCase())
    return false;
  if (operation.state === "failed_retryable")
    return operation.retryAt !== null && operation.retryAt <= operation.readAt;
  return operation.state === "in_flight" && operation.leaseExpiresAt <= operation.readAt;
}

function decisionOf(operation: Operation, request: ClaimRequest): ClaimAnswer["decision"] {
  if (operation.fingerprint !== request.fingerprint) return "conflict";
  switch (operation.state) {
    case "in_flight":
      return operation.ownerToken === request.ownerToken.toLowerCase() ? "execute" : "in_flight";
    case "failed_retryable":
      return "retry_later";
    case "unknown":
      return "unknown";
    default:
      return "replay";
  }
}

/** Somebody held the row for most of the budget: what is left is not enough for another try. */
const isLockTimeout = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "55P03";

const isGuarded = (error: unknown): boolean => {
  const { code, constraint } = (error ?? {}) as Record<string, unknown>;
  return code === "23505" && constraint === "operations_guard";
};
