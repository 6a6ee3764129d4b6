import "server-only";
import {
  endPayloadGrant,
  findPayload,
  findPayloadGrant,
  grantPayloads,
  LedgerError,
  PAYLOAD_GRANT_MINUTES,
} from "@tachograph/ledger";
import type { CallPayload } from "@tachograph/record";
import type { PayloadReason } from "../calls/call-detail.ts";
import { recordAccess } from "./access-log.ts";
import { getLedger, getReader } from "./ledger.ts";
import { authorize, type Viewer } from "./viewer.ts";

const OWNER_REASON = "owner of this instance";
const LOGGED_AGAIN_AFTER_SECONDS = 600;

/**
 * Lets the viewer see arguments and results of a project for a while.
 *
 * @returns what is wrong with the reason, in a sentence; undefined where it is taken
 */
export async function openPayloads(project: string, reason: string): Promise<string | undefined> {
  const viewer = await authorize("payloads", project);
  // The types hold for our own pages; anybody can send anything.
  if (typeof reason !== "string") return "Give a reason.";
  try {
    await grantPayloads(getLedger(), { project, sessionId: viewer.sessionId, reason });
  } catch (error) {
    if (error instanceof LedgerError && error.code === "bad_reason") return `${error.message} ${error.hint}`;
    throw error;
  }
  const detail = { minutes: PAYLOAD_GRANT_MINUTES };
  await recordAccess(viewer, { project, action: "payloads_opened", detail, reason: reason.trim() });
  return undefined;
}

export async function closePayloads(project: string): Promise<void> {
  const viewer = await authorize("payloads", project);
  if (await endPayloadGrant(getLedger(), { project, sessionId: viewer.sessionId })) {
    await recordAccess(viewer, { project, action: "payloads_closed" });
  }
}

/** Whether a viewer is shown a payload: by role not at all, not before they say why, not stored, or this one. */
export type PayloadAccess =
  | { access: "withheld" }
  | { access: "closed" }
  | { access: "missing" }
  | { access: "shown"; payload: CallPayload; reason: PayloadReason };

/** The only way to a payload. What it gives is in the access log before it is given. */
export async function readPayload(
  viewer: Viewer,
  { project, callId }: { project: string; callId: string },
): Promise<PayloadAccess> {
  if (!viewer.can("payloads")) return { access: "withheld" };
  const reason = await reasonOf(viewer, project);
  if (reason === undefined) return { access: "closed" };
  const payload = await findPayload(getReader(), { project, callId });
  if (payload === undefined) return { access: "missing" };
  await recordAccess(
    viewer,
    { project, action: "payload_viewed", subject: callId, reason: reason.text },
    { onceWithinSeconds: LOGGED_AGAIN_AFTER_SECONDS },
  );
  return { access: "shown", payload, reason };
}

/** Whoever runs the instance is not asked: the data is on their own machine. */
async function reasonOf(viewer: Viewer, project: string): Promise<PayloadReason | undefined> {
  if (viewer.role === "owner") return { text: OWNER_REASON, untilMs: null };
  const grant = await findPayloadGrant(getLedger(), { project, sessionId: viewer.sessionId });
  return grant && { text: grant.reason, untilMs: grant.expiresAt };
}
