import "server-only";
import { INSTANCE, recordAccess as record, type AccessAction } from "@tachograph/ledger";
import { headers } from "next/headers";
import { clientAddress } from "./client-address.ts";
import { getLedger } from "./ledger.ts";
import type { Person, Viewer } from "./viewer.ts";

/** Something that a viewer did. */
export interface Done {
  /** Left out where it is about the instance and no project. */
  project?: string;
  action: AccessAction;
  /** What it was done to. */
  subject?: string;
  /** More about it. Never a secret, an argument or a result. */
  detail?: Record<string, unknown>;
  reason?: string;
}

/**
 * Writes down what somebody did, in the access log. Call it before what it is about is shown or done: what cannot be
 * written down does not happen.
 *
 * @param onceWithinSeconds - Leaves it out where the same person did the same to the same subject that lately.
 */
export async function recordAccess(
  person: Person | Viewer,
  { project = INSTANCE, action, subject, detail = {}, reason }: Done,
  options: { onceWithinSeconds?: number } = {},
): Promise<void> {
  await record(
    getLedger(),
    {
      project,
      userId: person.id,
      userName: person.name,
      userRole: "role" in person ? person.role : person.instanceRole,
      action,
      subject: subject ?? null,
      detail,
      reason: reason ?? null,
      address: clientAddress(await headers()),
    },
    options,
  );
}
