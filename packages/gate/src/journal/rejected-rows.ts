import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RecordedCall, RejectedCall } from "@tachograph/record";

export const REJECTED_FILE = "rejected.jsonl";
const FILE_MODE = 0o600;

/** Keeps rows that the store will never take, each with the reason, in a file of the folder: they are on disk on return. */
export function setAside(directory: string, calls: readonly RecordedCall[], rejected: readonly RejectedCall[]): void {
  const reasons = new Map(rejected.map(({ id, reason }) => [id, reason]));
  const lines = calls
    .filter(({ call }) => reasons.has(call.id))
    .map((recorded) => `${JSON.stringify({ reason: reasons.get(recorded.call.id), ...recorded })}\n`);
  const fd = openSync(join(directory, REJECTED_FILE), "a", FILE_MODE);
  try {
    const bytes = Buffer.from(lines.join(""));
    for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
