export const REDACTED = "[redacted]";

export interface RedactionOptions {
  /** Further member names whose value is never stored: compared without case, `-`, `_`, `.` and spaces. */
  keys?: readonly string[];
  /** Further patterns; every match is replaced. Needs the `g` flag. */
  patterns?: readonly RegExp[];
}

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

const secretNames =
  /passw(?:or)?d|passphrase|^pwd$|secret|token$|apikey|accesskey|privatekey|signingkey|encryptionkey|authorization|^auth$|cookie|credential|^bearer$|^otp$|^pin$|^cvv2?$|^cvc2?$|^ssn$|cardnumber|connectionstring/;
/** Names that end in `token` and only mark a position in a list. */
const positionNames = /(?:page|next|prev|previous|continuation|sync|cursor|cancellation|progress|resume|eos|bos|pad|stop)token$/;
const headerLine = /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)(\s{0,4}[:=]\s{0,4})[^\r\n"'\\]+/gi;
const assignment =
  /((?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\w-]{0,32}(?:\\{0,3}["'])?\s{0,4}(?:=>|[:=])\s{0,4})(\\"(?:[^"\\]|\\[^"])*(?:\\")?|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;&"'}<>\\]+)/gi;
const cardNumber = /\b(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|3[47]\d{2}|6011|65\d{2})(?:[ -]?\d{4}){2}[ -]?\d{3,4}\b/g;

const patterns: readonly [pattern: RegExp, replacement: string][] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, REDACTED],
  [/\b(bearer)\s+[\w\-.~+/]{4,}=*/gi, `$1 ${REDACTED}`],
  [/\b(basic)\s+(?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{8,}={0,2}/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g, REDACTED],
  [/\bxox[abeoprs]-[\w-]{10,}/g, REDACTED],
  [/\b(?:sk|rk|pk|whsec)[-_](?:live|test|ant|proj|svcacct)?[-_]?[\w-]{16,}/g, REDACTED],
  [/\bAIza[\w-]{30,}/g, REDACTED],
  [/\bnpm_[A-Za-z0-9]{30,}/g, REDACTED],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/:@"'<>]{0,256}:[^\s/@"'<>]{1,1024}@/gi, `$1${REDACTED}@`],
];
const suspicious =
  /PRIVATE KEY|bearer|basic|eyJ|AKIA|ASIA|gh[pousr]_|github_pat|glpat|xox|[srp]k[-_]|whsec|AIza|npm_|:\/\/|passw|passphrase|secret|token|key|credential|authorization|cookie/i;

const normalName = (name: string): string => name.toLowerCase().replace(/[-_. ]/g, "");

function passesLuhn(text: string): boolean {
  let sum = 0;
  const digits = text.replace(/\D/g, "");
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = digit * 2;
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Shorter values are too common to be searched for elsewhere. */
const MIN_ECHO_LENGTH = 4;
const MAX_NAME_LENGTH = 256;
/** What is redacted beyond a cut, so that a secret astride it does not survive in part. */
const CUT_MARGIN = 8192;
const MAX_KNOWN_NAMES = 4_096;
const fourDigits = /\d{4}/;

/** Makes a redactor. The same one serves a whole process; it keeps no values. */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  const scrubber = new Scrubber(options);
  return {
    json(value, secrets, limits = {}) {
      const before = secrets.size;
      const first = new JsonWriter(scrubber, secrets, limits).run(value);
      // An echo may stand in front of the member that names the secret.
      return secrets.size === before ? first : new JsonWriter(scrubber, secrets, limits).run(value);
    },
    text(text, secrets, maxLength) {
      const counts = { redactions: 0 };
      const clean = storable(scrubber.cut(text, maxLength, secrets, counts));
      return { text: clean, redactions: counts.redactions, truncated: text.length > maxLength };
    },
  };
}

interface Counts {
  redactions: number;
}

/** Removes secrets from one text at a time. */
class Scrubber {
  readonly #ownNames: ReadonlySet<string>;
  readonly #ownPatterns: readonly RegExp[];
  readonly #knownNames = new Map<string, boolean>();

  constructor(options: RedactionOptions) {
    this.#ownNames = new Set(options.keys?.map(normalName));
    this.#ownPatterns = options.patterns ?? [];
    for (const pattern of this.#ownPatterns) {
      if (!pattern.global) throw new TypeError(`redact.patterns: ${String(pattern)} needs the g flag, or only its first match is removed`);
    }
  }

  isSecretName(name: string): boolean {
    const known = this.#knownNames.get(name);
    if (known !== undefined) return known;
    const normal = normalName(name);
    const secret = this.#ownNames.has(normal) || (secretNames.test(normal) && !positionNames.test(normal));
    if (name.length <= MAX_NAME_LENGTH && this.#knownNames.size < MAX_KNOWN_NAMES) this.#knownNames.set(name, secret);
    return secret;
  }

  /** The text without secrets, at most `maxLength` characters of it. */
  cut(text: string, maxLength: number, secrets: ReadonlySet<string>, counts: Counts): string {
    if (text.length <= maxLength) return this.#scrub(text, secrets, counts);
    const clean = this.#scrub(text.slice(0, maxLength + CUT_MARGIN), secrets, counts);
    return `${clean.slice(0, maxLength)}… [cut: ${text.length} characters]`;
  }

  #scrub(text: string, secrets: ReadonlySet<string>, counts: Counts): string {
    let out = text;
    for (const secret of secrets) {
      if (!out.includes(secret)) continue;
      counts.redactions += out.split(secret).length - 1;
      out = out.replaceAll(secret, REDACTED);
    }
    if (suspicious.test(out)) out = this.#scrubSuspicious(out, counts);
    if (fourDigits.test(out)) {
      out = out.replace(cardNumber, (match) => {
        if (!passesLuhn(match)) return match;
        counts.redactions++;
        return REDACTED;
      });
    }
    for (const pattern of this.#ownPatterns) out = replaceAll(out, pattern, REDACTED, counts);
    return out;
  }

  #scrubSuspicious(text: string, counts: Counts): string {
    let out = text;
    for (const [pattern, replacement] of patterns) out = replaceAll(out, pattern, replacement, counts);
    out = out.replace(headerLine, (match, name: string, separator: string) => {
      const clean = `${name}${separator}${REDACTED}`;
      if (match !== clean) counts.redactions++;
      return clean;
    });
    return out.replace(assignment, (match, name: string, secret: string) => {
      if (secret.includes(REDACTED) || positionNames.test(normalName(name.replace(/[^\w-]/g, "")))) return match;
      const quote = /^\\?["']/.exec(secret)?.[0] ?? "";
      counts.redactions++;
      return `${name}${quote}${REDACTED}${quote}`;
    });
  }
}

function replaceAll(text: string, pattern: RegExp, replacement: string, counts: Counts): string {
  return text.replace(pattern, (match: string, ...groups: unknown[]) => {
    const clean = replacement.replace("$1", typeof groups[0] === "string" ? groups[0] : "");
    if (match !== clean) counts.redactions++;
    return clean;
  });
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

  /** Undefined where JSON has no such value. */
  #write(node: unknown, depth: number): string | undefined {
    switch (typeof node) {
      case "string":
        return this.#writeString(node, Math.max(0, Math.min(this.#maxStringLength, this.#maxLength - this.#length)));
      case "number":
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
    return Array.isArray(node) ? this.#writeArray(node, depth) : this.#writeObject(node as Record<string, unknown>, depth);
  }

  #writeArray(items: readonly unknown[], depth: number): string {
    let json = "";
    for (let index = 0; index < items.length; index++) {
      if (index > 0) json += ",";
      if (this.#length > this.#maxLength) {
        this.#truncated = true;
        return `[${json}${JSON.stringify(`… [cut: ${items.length - index} more]`)}]`;
      }
      json += this.#write(items[index], depth + 1) ?? "null";
      this.#length++;
    }
    return `[${json}]`;
  }

  #writeObject(node: Record<string, unknown>, depth: number): string {
    const { name: label } = node;
    // { name: "Authorization", value: "…" }: a header in a list of headers.
    const isSecretPair = typeof label === "string" && "value" in node && this.#scrubber.isSecretName(label);
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
        member !== null && typeof member !== "boolean" && (this.#scrubber.isSecretName(name) || (isSecretPair && name === "value"));
      const text = secret && member !== undefined ? this.#redact(member) : this.#write(member, depth + 1);
      if (text === undefined) continue;
      json += `${json === "" ? "" : ","}${this.#writeString(name, MAX_NAME_LENGTH)}:${text}`;
      this.#length += 2;
    }
    return `{${json}}`;
  }

  #redact(member: unknown): string {
    this.#collect(member, 0);
    this.redactions++;
    return this.#emit(JSON.stringify(REDACTED));
  }

  #collect(value: unknown, depth: number): void {
    if (typeof value === "string" && value.length >= MIN_ECHO_LENGTH) {
      this.#secrets.add(value);
      // The scheme in front of a credential is no secret, and the credential may be echoed without it.
      const credential = /^\w+\s+(\S{8,})$/.exec(value)?.[1];
      if (credential !== undefined) this.#secrets.add(credential);
    } else if (typeof value === "object" && value !== null && depth < 8) {
      for (const member of Object.values(value)) this.#collect(member, depth + 1);
    }
  }
}

/** A text as Postgres can store it: NUL and lone surrogates become U+FFFD. */
export const storable = (text: string): string => (plain.test(text) ? text : text.toWellFormed().replaceAll("\0", "\uFFFD"));

const plain = /^[\x20-\x7e]{0,256}$/;
