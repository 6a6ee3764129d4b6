import { firstIdAt, idTime, type CallRecord } from "@tachograph/record";
import type { Ledger } from "../connection.ts";
import { summaryFields, type CallSummary } from "./calls.ts";
import { withInstants } from "./instants.ts";
import { DAY_MS } from "./window.ts";

const MAX_CANDIDATES = 2_000;

/**
 * The deliveries of one operation, oldest first: what executed it, and what came again. Looks a day and 2,000 calls of
 * the same tool each way from a call, and gives the `limit` nearest of each side.
 *
 * @param around - The call to look from; it is among them where it belongs to the operation.
 */
export async function listOperationCalls(
  ledger: Ledger,
  options: { project: string; operationId: string; around: Pick<CallRecord, "id" | "tool">; limit: number },
): Promise<CallSummary[]> {
  const { project, operationId, around, limit } = options;
  const { id, tool } = around;
  if (tool === null) return [];
  const near = (side: "before" | "after") =>
    ledger.db
      .selectFrom((from) => {
        const candidates = from
          .selectFrom("toolCalls")
          .select(summaryFields)
          .where("project", "=", project)
          .where("tool", "=", tool)
          .limit(MAX_CANDIDATES);
        return side === "before"
          ? candidates
              .where("id", ">=", firstIdAt(idTime(id) - DAY_MS))
              .where("id", "<", id)
              .orderBy("id", "desc")
              .as("near")
          : candidates
              .where("id", ">=", id)
              .where("id", "<", firstIdAt(idTime(id) + DAY_MS))
              .orderBy("id")
              .as("near");
      })
      .selectAll()
      .where("operationId", "=", operationId)
      .orderBy("id", side === "before" ? "desc" : "asc")
      .limit(limit)
      .execute();
  const [before, after] = await Promise.all([near("before"), near("after")]);
  return [...before.toReversed(), ...after].map(withInstants);
}
