import { MAX_SECRETS, REDACTED, Scrubber, type Counts, type RedactionOptions } from "./scrubber.ts";

export { REDACTED, type RedactionOptions } from "./scrubber.ts";

export interface CaptureLimits {
  /** Length of the stored JSON text in characters. @defaultValue 262,144 */
  maxLength?: number;
  /** Length of one stored string in characters. @defaultValue 65,536 */
  maxStringLength?: number;
  /** Nesting that is stored. @defaultValue 64 */
  maxDepth?: number;
}

export interface RedactedJson {
  /** JSON text, null where the value cannot be written as JSON. */
  json: string | null;
  redactions: number;
  truncated: boolean;
}

export interface RedactedText {
  text: string;
  redactions: number;
  truncated: boolean;
}

export interface Redactor {
  /**
   * Writes a value as JSON text without its secrets. What redaction finds under a secret's name is added to `secrets`;
   * every string in `secrets` is removed wherever else it occurs, so that an echo in a result or an error is caught.
   */
  json(value: unknown, secrets: Set<string>, limits?: CaptureLimits): RedactedJson;
  /** The same for a text, cut at `maxLength` characters, with NUL and lone surrogates made visible as U+FFFD. */
  text(text: string, secrets: ReadonlySet<string>, maxLength: number): RedactedText;
}

/** Shorter values are too common to be searched for elsewhere. */
const MIN_ECHO_LENGTH = 4;
/** Shorter secrets, encoded, are texts too common to be searched for; longer ones are known by their shape. */
const MIN_ENCODED_LENGTH = 6;
const MAX_ENCODED_LENGTH = 4096;
/** A number is searched for only where it is as long as a one-time password. */
const MIN_ECHO_DIGITS = 6;
const MAX_NAME_LENGTH = 256;
/** No card number is a smaller number. */
const MIN_CARD_NUMBER = 1e13;
/** Headers whose value may follow as the next item of a list. */
const headerName = /^(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{1,64})$/i;
/** What the name stands under where name and value are two members. */
const labelNames = ["name", "key", "field", "header", "Name", "Key"];

/** Makes a redactor. The same one serves a whole process; it keeps no values. */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  const scrubber = new Scrubber(options);
  return {
    json(value, secrets, limits) {
      const plain = secrets.size === 0 && limits === undefined ? plainJson(value, scrubber) : undefined;
      if (plain !== undefined) return { json: plain, redactions: 0, truncated: false };
      const before = secrets.size;
      const first = new JsonWriter(scrubber, secrets, limits ?? {}).run(value);
      // An echo may stand in front of the member that names the secret.
      return secrets.size === before ? first : new JsonWriter(scrubber, secrets, limits ?? {}).run(value);
    },
    text(text, secrets, maxLength) {
      if (secrets.size === 0 && text.length <= maxLength && word.test(text) && !scrubber.mayHoldSecret(text)) {
        return { text, redactions: 0, truncated: false };
      }
      const counts = { redactions: 0 };
      const clean = storable(scrubber.cut(text, maxLength, secrets, counts));
      return { text: clean, redactions: counts.redactions, truncated: text.length > maxLength };
    },
  };
}

const MAX_PLAIN_LENGTH = 2_048;
/** An id, a name, a version: nothing in it needs to be made storable. */
const word = /^[\w.:/@+-]{0,128}$/;
/** More brackets than levels that are stored. */
const manyBrackets = /(?:[[{][^[{]*){64}/;

/**
 * Most payloads are short and hold nothing that even looks like a secret: those the engine writes, at a fraction of the
 * cost. Undefined where a closer look is needed.
 */
function plainJson(value: unknown, scrubber: Scrubber): string | undefined {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    return undefined;
  }
  if (json === undefined || json.length > MAX_PLAIN_LENGTH) return undefined;
  return scrubber.mayHoldSecret(json) || manyBrackets.test(json) ? undefined : json;
}

/** Writes one value as JSON text without its secrets, and collects those that a name gives away. */
class JsonWriter implements Counts {
  redactions = 0;
  readonly #scrubber: Scrubber;
  readonly #secrets: Set<string>;
  readonly #maxLength: number;
  readonly #maxStringLength: number;
  readonly #maxDepth: number;
  #length = 0;
  #truncated = false;

  constructor(scrubber: Scrubber, secrets: Set<string>, limits: CaptureLimits) {
    this.#scrubber = scrubber;
    this.#secrets = secrets;
    this.#maxLength = limits.maxLength ?? 262_144;
    this.#maxStringLength = limits.maxStringLength ?? 65_536;
    this.#maxDepth = limits.maxDepth ?? 64;
  }

  run(value: unknown): RedactedJson {
    try {
      const json = this.#write(value, 0) ?? null;
      return { json, redactions: this.redactions, truncated: this.#truncated };
    } catch {
      return { json: null, redactions: this.redactions, truncated: true };
    }
  }

  #emit(text: string): string {
    this.#length += text.length;
    return text;
  }

  #writeString(text: string, maxLength: number): string {
    if (text.length > maxLength) this.#truncated = true;
    return this.#emit(JSON.stringify(this.#scrubber.cut(text, maxLength, this.#secrets, this)));
  }

  #writeNumber(value: number): string {
    if (this.#secrets.size === 0 && !(value >= MIN_CARD_NUMBER)) return this.#emit(JSON.stringify(value));
    const text = String(value);
    const secret =
      this.#secrets.has(text) ||
      (value >= MIN_CARD_NUMBER && this.#scrubber.cut(text, text.length, this.#secrets, this) !== text);
    return this.#emit(JSON.stringify(secret ? REDACTED : value));
  }

  /** Undefined where JSON has no such value. */
  #write(node: unknown, depth: number): string | undefined {
    switch (typeof node) {
      case "string":
        return this.#writeString(node, Math.max(0, Math.min(this.#maxStringLength, this.#maxLength - this.#length)));
      case "number":
        return this.#writeNumber(node);
      case "boolean":
        return this.#emit(JSON.stringify(node));
      case "bigint":
        throw new TypeError("a bigint is not a JSON value");
      case "object":
        break;
      default:
        return undefined;
    }
    if (node === null) return this.#emit("null");
    const { toJSON } = node as { toJSON?: unknown };
    if (typeof toJSON === "function") return this.#write(toJSON.call(node), depth + 1);
    if (depth >= this.#maxDepth) {
      this.#truncated = true;
      return this.#emit(JSON.stringify(`… [nested deeper than ${this.#maxDepth} levels]`));
    }
    return Array.isArray(node)
      ? this.#writeArray(node, depth)
      : this.#writeObject(node as Record<string, unknown>, depth);
  }

  #writeArray(items: readonly unknown[], depth: number): string {
    let json = "";
    for (let index = 0; index < items.length; index++) {
      if (index > 0) json += ",";
      if (this.#length > this.#maxLength) {
        this.#truncated = true;
        return `[${json}${JSON.stringify(`… [cut: ${items.length - index} more]`)}]`;
      }
      const before: unknown = index > 0 ? items[index - 1] : undefined;
      const item = items[index];
      const secret =
        typeof before === "string" &&
        typeof item === "string" &&
        headerName.test(before) &&
        this.#scrubber.isSecretName(before);
      json += secret ? this.#redact(item) : (this.#write(item, depth + 1) ?? "null");
      this.#length++;
    }
    return `[${json}]`;
  }

  #writeObject(node: Record<string, unknown>, depth: number): string {
    // { name: "Authorization", value: "…" }: a header in a list of headers.
    const valueName = "value" in node ? "value" : "Value" in node ? "Value" : undefined;
    const isSecretPair = valueName !== undefined && this.#isLabelledSecret(node);
    const names = Object.keys(node);
    let json = "";
    for (let index = 0; index < names.length; index++) {
      if (this.#length > this.#maxLength) {
        this.#truncated = true;
        return `{${json}${json === "" ? "" : ","}"…":${JSON.stringify(`[cut: ${names.length - index} more]`)}}`;
      }
      const name = names[index] as string;
      const member = node[name];
      const secret =
        member !== null &&
        typeof member !== "boolean" &&
        (this.#scrubber.isSecretName(name) || (isSecretPair && name === valueName));
      const text = secret && member !== undefined ? this.#redact(member) : this.#write(member, depth + 1);
      if (text === undefined) continue;
      json += `${json === "" ? "" : ","}${this.#writeString(name, MAX_NAME_LENGTH)}:${text}`;
      this.#length += 2;
    }
    return `{${json}}`;
  }

  #isLabelledSecret(node: Record<string, unknown>): boolean {
    return labelNames.some((name) => {
      const label = Object.hasOwn(node, name) ? node[name] : undefined;
      return typeof label === "string" && this.#scrubber.isSecretName(label);
    });
  }

  #redact(member: unknown): string {
    this.#collect(member);
    this.redactions++;
    return this.#emit(JSON.stringify(REDACTED));
  }

  /** Remembers what was redacted, however deep it lies, for its echoes. */
  #collect(member: unknown): void {
    const rest = [member];
    const seen = new Set<object>();
    while (rest.length > 0 && this.#secrets.size <= MAX_SECRETS) {
      const value = rest.pop();
      if (typeof value === "string") this.#addSecret(value);
      else if (typeof value === "number" && String(value).length >= MIN_ECHO_DIGITS) this.#secrets.add(String(value));
      else if (typeof value === "object" && value !== null && !seen.has(value)) {
        seen.add(value);
        for (const part of Object.values(value)) rest.push(part);
      }
    }
  }

  #addSecret(value: string): void {
    if (value.length < MIN_ECHO_LENGTH) return;
    // The scheme in front of a credential is no secret, and the credential may be echoed without it.
    const credential = /^\w+\s+(\S{8,})$/.exec(value)?.[1];
    for (const text of credential === undefined ? [value] : [value, credential]) {
      if (REDACTED.includes(text)) continue;
      this.#secrets.add(text);
      // As an echo in JSON or in a URL has it.
      const escaped = JSON.stringify(text).slice(1, -1);
      if (escaped !== text) this.#secrets.add(escaped);
      if (!text.isWellFormed()) continue;
      if (/[^\w.~-]/.test(text)) for (const form of urlForms(text)) this.#secrets.add(form);
      if (text.length >= MIN_ENCODED_LENGTH && text.length <= MAX_ENCODED_LENGTH)
        for (const form of byteForms(text)) this.#secrets.add(form);
    }
  }
}

/** Percent-encoded with capitals and without, and as a form has it. */
function urlForms(text: string): string[] {
  const escaped = encodeURIComponent(text);
  const small = escaped.replace(/%[\dA-F]{2}/g, (octet) => octet.toLowerCase());
  return [escaped, small, escaped.replaceAll("%20", "+")];
}

/** In hexadecimal and in base64; there also behind something else, as the password is in basic credentials. */
function byteForms(text: string): string[] {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  const hex = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  const forms = [hex, hex.toUpperCase()];
  for (const bytesBefore of [0, 1, 2]) {
    // Only the digits that no neighbour has a part in.
    const first = Math.ceil((bytesBefore * 8) / 6);
    const end = Math.floor(((bytesBefore + bytes.length) * 8) / 6);
    const base64 = btoa("\0".repeat(bytesBefore) + bytes).slice(first, end);
    forms.push(base64);
    if (/[+/]/.test(base64)) forms.push(base64.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

/** A text as Postgres can store it: NUL and lone surrogates become U+FFFD. */
export const storable = (text: string): string =>
  plain.test(text) ? text : text.toWellFormed().replaceAll("\0", "\uFFFD");

const plain = /^[\x20-\x7e]{0,256}$/;
