import { isUuid, type CallPayload } from "@tachograph/record";
import type { Ledger } from "../connection.ts";

/** Undefined where none was captured or it was erased. */
export async function findPayload(
  ledger: Ledger,
  { project, callId }: { project: string; callId: string },
): Promise<CallPayload | undefined> {
  if (!isUuid(callId)) return undefined;
  return ledger.db
    .selectFrom("payloads")
    .select(["arguments", "result"])
    .where("project", "=", project)
    .where("callId", "=", callId)
    .executeTakeFirst();
}
