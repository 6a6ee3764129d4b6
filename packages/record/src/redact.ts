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

/** Makes a redactor. The same one serves a whole process; it keeps no state. */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  const ownNames = new Set(options.keys?.map(normalName));
  const ownPatterns = options.patterns ?? [];
  for (const pattern of ownPatterns) {
    if (!pattern.global) throw new TypeError(`redact.patterns: ${String(pattern)} needs the g flag, or only its first match is removed`);
  }
  const isSecretName = (name: string): boolean => {
    const normal = normalName(name);
    return ownNames.has(normal) || (secretNames.test(normal) && !positionNames.test(normal));
  };

  let count = 0;
  const scrub = (text: string, secrets: ReadonlySet<string>): string => {
    let out = text;
    for (const secret of secrets) {
      if (!out.includes(secret)) continue;
      count += out.split(secret).length - 1;
      out = out.replaceAll(secret, REDACTED);
    }
    const replace = (pattern: RegExp, replacement: string): void => {
      out = out.replace(pattern, (match: string, ...groups: unknown[]) => {
        const first = typeof groups[0] === "string" ? groups[0] : "";
        const clean = replacement.replace("$1", first);
        if (match !== clean) count++;
        return clean;
      });
    };
    if (suspicious.test(out)) {
      for (const [pattern, replacement] of patterns) replace(pattern, replacement);
      out = out.replace(headerLine, (match, name: string, separator: string) => {
        const clean = `${name}${separator}${REDACTED}`;
        if (match !== clean) count++;
        return clean;
      });
      out = out.replace(assignment, (match, name: string, secret: string) => {
        if (secret.includes(REDACTED) || positionNames.test(normalName(name.replace(/[^\w-]/g, "")))) return match;
        const quote = /^\\?["']/.exec(secret)?.[0] ?? "";
        count++;
        return `${name}${quote}${REDACTED}${quote}`;
      });
    }
    out = out.replace(cardNumber, (match) => {
      if (!passesLuhn(match)) return match;
      count++;
      return REDACTED;
    });
    for (const pattern of ownPatterns) replace(pattern, REDACTED);
    return out;
  };

  const cut = (text: string, maxLength: number, secrets: ReadonlySet<string>): string => {
    if (text.length <= maxLength) return scrub(text, secrets);
    const clean = scrub(text.slice(0, maxLength + CUT_MARGIN), secrets);
    return `${clean.slice(0, maxLength)}… [cut: ${text.length} characters]`;
  };

  const collect = (value: unknown, secrets: Set<string>, depth: number): void => {
    if (typeof value === "string" && value.length >= MIN_ECHO_LENGTH) {
      secrets.add(value);
      // The scheme in front of a credential is no secret, and the credential may be echoed without it.
      const credential = /^\w+\s+(\S{8,})$/.exec(value)?.[1];
      if (credential !== undefined) secrets.add(credential);
    } else if (typeof value === "object" && value !== null && depth < 8) {
      for (const member of Object.values(value)) collect(member, secrets, depth + 1);
    }
  };

  return {
    json(value, secrets, limits = {}) {
      const maxLength = limits.maxLength ?? 262_144;
      const maxStringLength = limits.maxStringLength ?? 65_536;
      const maxDepth = limits.maxDepth ?? 64;
      count = 0;
      let length = 0;
      let truncated = false;

      const emit = (text: string): string => {
        length += text.length;
        return text;
      };
      const writeString = (text: string, max: number): string => {
        if (text.length > max) truncated = true;
        return emit(JSON.stringify(cut(text, max, secrets)));
      };
      const redacted = (member: unknown): string => {
        collect(member, secrets, 0);
        count++;
        return emit(JSON.stringify(REDACTED));
      };
      const write = (node: unknown, depth: number): string | undefined => {
        if (typeof node === "string") return writeString(node, Math.max(0, Math.min(maxStringLength, maxLength - length)));
        if (typeof node === "number" || typeof node === "boolean" || node === null) return emit(JSON.stringify(node));
        if (typeof node === "bigint") throw new TypeError("a bigint is not a JSON value");
        if (typeof node !== "object") return undefined;
        if ("toJSON" in node && typeof node.toJSON === "function") {
          return write((node as { toJSON(): unknown }).toJSON(), depth + 1);
        }
        if (depth >= maxDepth) {
          truncated = true;
          return emit(JSON.stringify(`… [nested deeper than ${maxDepth} levels]`));
        }
        if (Array.isArray(node)) {
          const items: string[] = [];
          for (const [index, item] of node.entries()) {
            if (length > maxLength) {
              truncated = true;
              items.push(JSON.stringify(`… [cut: ${node.length - index} more]`));
              break;
            }
            items.push(write(item, depth + 1) ?? "null");
            length++;
          }
          return `[${items.join(",")}]`;
        }
        const header = (node as { name?: unknown }).name;
        const secretHeader = typeof header === "string" && "value" in node && isSecretName(header);
        const members: string[] = [];
        const names = Object.keys(node);
        for (const [index, name] of names.entries()) {
          if (length > maxLength) {
            truncated = true;
            members.push(`"…":${JSON.stringify(`[cut: ${names.length - index} more]`)}`);
            break;
          }
          const member = (node as Record<string, unknown>)[name];
          if (member === undefined || typeof member === "function" || typeof member === "symbol") continue;
          const secret = member !== null && (isSecretName(name) || (secretHeader && name === "value"));
          const key = writeString(name, MAX_NAME_LENGTH);
          const text = secret && typeof member !== "boolean" ? redacted(member) : write(member, depth + 1);
          members.push(`${key}:${text ?? "null"}`);
          length += 2;
        }
        return `{${members.join(",")}}`;
      };

      let json: string | null;
      try {
        // Secrets first: an echo may stand in front of the member that names it.
        collectNamed(value, secrets, isSecretName, collect);
        json = write(value, 0) ?? null;
      } catch {
        json = null;
        truncated = true;
      }
      return { json, redactions: count, truncated };
    },

    text(text, secrets, maxLength) {
      count = 0;
      const clean = cut(text, maxLength, secrets);
      return {
        text: storable(clean),
        redactions: count,
        truncated: text.length > maxLength,
      };
    },
  };
}

function collectNamed(
  value: unknown,
  secrets: Set<string>,
  isSecretName: (name: string) => boolean,
  collect: (value: unknown, secrets: Set<string>, depth: number) => void,
): void {
  const visit = (node: unknown, depth: number): void => {
    if (typeof node !== "object" || node === null || depth > 64) return;
    for (const [name, member] of Object.entries(node)) {
      if (typeof member === "object" ? isSecretName(name) : typeof member === "string" && isSecretName(name)) {
        collect(member, secrets, 0);
      } else visit(member, depth + 1);
    }
  };
  visit(value, 0);
}

/** A text as Postgres can store it: NUL and lone surrogates become U+FFFD. */
export const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\uFFFD");
