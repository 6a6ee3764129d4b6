import "server-only";
import { createHash } from "node:crypto";
import { createRedactor } from "@tachograph/record";
import { filtersOf, type CallParams } from "../calls/call-params.ts";
import { recordAccess } from "./access-log.ts";
import type { Viewer } from "./viewer.ts";

const LOGGED_AGAIN_AFTER_SECONDS = 600;
const MAX_VALUES = 40;
const MAX_VALUE_LENGTH = 200;

const redactor = createRedactor();

/** Writes down what somebody searched the calls for; the same search once in ten minutes. */
export async function recordSearch(viewer: Viewer, params: CallParams): Promise<void> {
  const filter: Record<string, string[]> = {};
  for (const { name, value } of filtersOf(params).slice(0, MAX_VALUES)) {
    // People paste what they look for, a token among it.
    (filter[name] ??= []).push(redactor.text(value, new Set(), MAX_VALUE_LENGTH).text);
  }
  const subject = createHash("sha256").update(JSON.stringify(filter)).digest("hex").slice(0, 16);
  await recordAccess(
    viewer,
    { project: params.project, action: "searched", subject, detail: filter },
    { onceWithinSeconds: LOGGED_AGAIN_AFTER_SECONDS },
  );
}
