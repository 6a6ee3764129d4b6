import type { CaptureLimits, Redactor } from "@tachograph/record";

export interface CapturedJson {
  /** What is kept; null where nothing is. */
  json: string | null;
  /** UTF-8 size of the value as JSON before redaction; null where it has none. */
  bytes: number | null;
  redactions: number;
  truncated: boolean;
  /** No JSON can say this value, so it reaches nobody behind a pipe or a socket. */
  unwritable: boolean;
}

export interface CaptureOptions {
  redactor: Redactor;
  /** Secrets found so far in the same call; what is found here is added. */
  secrets: Set<string>;
  limits: CaptureLimits | undefined;
  keep: boolean;
}

/** Takes a payload without its secrets. */
export function captureJson(value: unknown, { redactor, secrets, limits, keep }: CaptureOptions): CapturedJson {
  if (value === undefined) return { json: null, bytes: null, redactions: 0, truncated: false, unwritable: false };
  const { json, redactions, truncated } = redactor.json(value, secrets, limits);
  const whole = json !== null && redactions === 0 && !truncated;
  return {
    json: keep ? json : null,
    bytes: whole ? Buffer.byteLength(json) : jsonBytes(value),
    redactions,
    truncated,
    unwritable: json === null,
  };
}

function jsonBytes(value: unknown): number | null {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? "");
  } catch {
    return null;
  }
}
