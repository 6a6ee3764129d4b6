"use server";

import { revalidatePath } from "next/cache";
import { listOperationRows, reconcile, type Finding } from "../data/operations.ts";
import type { Page } from "../table/use-pages.ts";
import { loadOperationParams } from "./operation-params.ts";
import type { OperationRow } from "./operation-row.ts";

/** The next rows of the operations screen whose URL query is `query`. */
export async function loadOperations(query: string, cursor: string): Promise<Page<OperationRow>> {
  return listOperationRows(loadOperationParams(new URLSearchParams(query)), { cursor });
}

/** Settles an operation by what somebody found out. */
export async function settleByHand(project: string, finding: Finding): Promise<Awaited<ReturnType<typeof reconcile>>> {
  const answer = await reconcile(project, finding);
  // What came too late stays in sight until its author looks again.
  if (answer === "settled") revalidatePath("/operations", "layout");
  return answer;
}
