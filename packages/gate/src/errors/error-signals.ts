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
/** How deep causes are looked at, and how many members of an AggregateError. */
export const MAX_CAUSES = 10;
/** An error of somebody else's, of which nothing is certain. */
export type ErrorFields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is ErrorFields => typeof value === "object" && value !== null;

/** Reads a field of somebody else's error, whose getters may throw. */
export function read(error: ErrorFields, name: string): unknown {
  try {
    return error[name];
  } catch {
    return undefined;
  }
}

/** The error and its causes, at most 10, outermost first. */
export function chainOf(error: unknown): ErrorFields[] {
  const chain: ErrorFields[] = [];
  let current: unknown = error;
  while (isObject(current) && chain.length < MAX_CAUSES && !chain.includes(current)) {
    chain.push(current);
    current = read(current, "cause");
  }
  return chain;
}

/** What an AggregateError stands for. */
export function membersOf(error: ErrorFields): ErrorFields[] {
  if (read(error, "name") !== "AggregateError") return [];
  const members = read(error, "errors");
  return Array.isArray(members) ? members.slice(0, MAX_CAUSES).filter(isObject) : [];
}

function headerOf(headers: ErrorFields, ...names: string[]): unknown {
  const get = read(headers, "get");
  if (typeof get !== "function") return names.map((name) => read(headers, name)).find((value) => value !== undefined);
  try {
    return get.call(headers, names[0]) as unknown;
  } catch {
    return undefined;
  }
}

/** What the headers of an error, or of its response, ask for. */
export function retryAfterMsOf(error: ErrorFields): number | null {
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

/** What an error says of itself in the words of the error table, most specific first. */
export function signalsOf(error: ErrorFields): string[] {
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
export function namesField(error: ErrorFields): boolean {
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
