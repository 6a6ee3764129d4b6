import { verdictOf, type Mutability, type Verdict } from "@tachograph/record";
import { errorTable, type ErrorTableRow } from "./error-table.ts";

export interface ClassifiedError extends Verdict {
  /** The signal that decided, such as `ECONNREFUSED` or `http:503`; else the error's name. */
  code: string;
  retryAfterMs: number | null;
}

const rowBySignal = new Map<string, ErrorTableRow>(
  errorTable.flatMap((row) => row.signals.map((signal) => [signal, row] as const)),
);
const grpcNames = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];
const MAX_CAUSES = 10;
/** Errors of all branches of an AggregateError together. */
const MAX_SEEN = 100;
/** Faults of the handler: a network library wraps its failures in these, so a cause goes before them. */
const handlerFaults = new Set(["TypeError", "ReferenceError", "RangeError"]);

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;

/** Reads a field of somebody else's error, whose getters may throw. */
function read(error: Fields, name: string): unknown {
  try {
    return error[name];
  } catch {
    return undefined;
  }
}

function chainOf(error: unknown): Fields[] {
  const chain: Fields[] = [];
  let current: unknown = error;
  while (isObject(current) && chain.length < MAX_CAUSES && !chain.includes(current)) {
    chain.push(current);
    current = read(current, "cause");
  }
  return chain;
}

/** What an AggregateError stands for. */
function membersOf(error: Fields): Fields[] {
  if (read(error, "name") !== "AggregateError") return [];
  const members = read(error, "errors");
  return Array.isArray(members) ? members.slice(0, MAX_CAUSES).filter(isObject) : [];
}

function headerOf(headers: Fields, ...names: string[]): unknown {
  const get = read(headers, "get");
  if (typeof get !== "function") return names.map((name) => read(headers, name)).find((value) => value !== undefined);
  try {
    return get.call(headers, names[0]) as unknown;
  } catch {
    return undefined;
  }
}

function retryAfterMsOf(error: Fields): number | null {
  const response = read(error, "response");
  const headers = (isObject(response) ? read(response, "headers") : undefined) ?? read(error, "headers");
  if (!isObject(headers)) return null;
  const value = headerOf(headers, "retry-after", "Retry-After");
  return parseRetryAfter(typeof value === "string" || typeof value === "number" ? String(value) : null);
}

/** A longer wait is no advice; and the number is somebody else's, who must not be able to make a row that no store takes. */
const MAX_RETRY_AFTER_MS = 365 * 24 * 60 * 60 * 1000;

/** Milliseconds in a `Retry-After` header, a year at most: seconds, or an HTTP date. */
export function parseRetryAfter(value: string | null, now = Date.now()): number | null {
  if (value === null || value.trim() === "") return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.min(Math.round(seconds * 1000), MAX_RETRY_AFTER_MS) : null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now), MAX_RETRY_AFTER_MS);
}

function signalsOf(error: Fields): string[] {
  const signals: string[] = [];
  const code = read(error, "code");
  const name = read(error, "name");
  const response = read(error, "response");
  const metadata = read(error, "$metadata");
  const status = [
    read(error, "status"),
    read(error, "statusCode"),
    ...(isObject(response) ? [read(response, "status"), read(response, "statusCode")] : []),
    isObject(metadata) ? read(metadata, "httpStatusCode") : undefined,
  ].find((value) => typeof value === "number" && value >= 400 && value <= 599);
  if (typeof status === "number") {
    if (status === 503 && retryAfterMsOf(error) !== null) signals.push("http:503+retry-after");
    signals.push(`http:${status}`);
  }
  if (typeof code === "number") {
    const isGrpc = typeof read(error, "details") === "string" || read(error, "metadata") !== undefined;
    if (code < 0) signals.push(`mcp:${code}`);
    else if (isGrpc && grpcNames[code] !== undefined) signals.push(`grpc:${grpcNames[code]}`);
  } else if (typeof code === "string") {
    if (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) signals.push(`sql:${code}`, `sql:${code.slice(0, 2)}`);
    if (/^ERR_(?:TLS|SSL)_/.test(code)) signals.push("tls");
    signals.push(code === "ETIMEDOUT" && read(error, "syscall") === "connect" ? "CONNECT_TIMEOUT" : code);
  }
  if (read(error, "message") === "socket hang up") signals.push("ECONNRESET");
  if (typeof name === "string") signals.push(name);
  return signals;
}

/** Whether an upstream's 400 or 422 names the field that it refused. */
function namesField(error: Fields): boolean {
  const response = read(error, "response");
  const body = isObject(response) ? (read(response, "data") ?? read(response, "body")) : undefined;
  return [error, body].some(
    (part) =>
      isObject(part) &&
      ["field", "param", "path", "errors", "issues"].some(
        (name) => ![undefined, null, ""].includes(read(part, name) as null),
      ),
  );
}

const MAX_CODE_LENGTH = 64;

/**
 * What a thrown error means for the next attempt: walks `cause` at most 10 deep and takes the first signal that the
 * error table knows. Unclassified, a mutating tool may have acted.
 */
export function classifyError(error: unknown, mutability: Mutability): ClassifiedError {
  return classify(error, mutability, new Set());
}

function classify(error: unknown, mutability: Mutability, seen: Set<unknown>): ClassifiedError {
  const chain = chainOf(error);
  for (const link of chain) seen.add(link);
  const found = chain.flatMap((link) => signalsOf(link).map((signal) => ({ signal, link })));
  const retryAfterMs = chain.map(retryAfterMsOf).find((value) => value !== null) ?? null;
  const known = found.find(({ signal }) => rowBySignal.has(signal) && !handlerFaults.has(signal));
  // Node names an AggregateError after its first member only.
  const members = chain
    .flatMap(membersOf)
    .filter((member) => !seen.has(member))
    .slice(0, MAX_CAUSES);
  if (members.length > 0 && seen.size < MAX_SEEN) {
    const verdicts = members.map((member) => classify(member, mutability, seen));
    const [first] = verdicts;
    if (first !== undefined) return verdicts.find(({ retryClass }) => retryClass === "verify") ?? first;
  }
  const match = known ?? found.find(({ signal }) => rowBySignal.has(signal));
  const row = match && rowBySignal.get(match.signal);
  if (match === undefined || row === undefined) {
    const name = chain[0] && read(chain[0], "name");
    const code = typeof name === "string" && name !== "" ? name.slice(0, MAX_CODE_LENGTH) : "unclassified";
    return { code, retryAfterMs, ...verdictOf("tool_error", mutability, true) };
  }
  const verdict: Verdict =
    mutability === "read"
      ? { effect: "none", retryClass: row.read }
      : { effect: row.mutating.effect, retryClass: row.mutating.retryClass };
  if ((match.signal === "http:400" || match.signal === "http:422") && namesField(match.link))
    verdict.retryClass = "correctable";
  return { code: match.signal, retryAfterMs, ...verdict };
}
