export const REDACTED = "[redacted]";

export interface RedactionOptions {
  /** Further member names whose value is never stored: compared without case, `-`, `_`, `.` and spaces. */
  keys?: readonly string[];
  /** Further patterns; every match is replaced. Needs the `g` flag. */
  patterns?: readonly RegExp[];
}

export interface Counts {
  redactions: number;
}

const secretNames =
  /passw(?:or)?d|passphrase|passcode|^pwd$|secret(?!ar)|token$|apikey|accesskey|privatekey|signingkey|encryptionkey|authorization|^auth$|cookie|credential|^bearer$|^jwt$|^pass$|^pw$|tokenvalue$|^(?:otp|mfa|pin|totp)(?:code)?$|^cvv2?$|^cvc2?$|^ssn$|cardnumber|connectionstring/;
/** Names that end in `token` and only mark a position in a list. */
const positionNames =
  /(?:page|next|prev|previous|continuation|sync|cursor|cancellation|progress|resume|eos|bos|pad|stop)token$/;
/** Of these only a whole name is a secret's; in prose a colon follows them too easily. */
const shortNames = /^(?:auth|bearer|cookie|otp|pin)$/;

const headerLine =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)(\s{0,4}[:=]\s{0,4})[^\r\n"'\\]+/gi;
const assignedNames =
  "passw(?:or)?d|passphrase|passcode|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|" +
  "credentials?|authorization|auth|bearer|cookie|otp|pin|cvv2?|cvc2?|ssn|card[_-]?number|connection[_-]?string";
/** A quoted text, also in JSON that is a text in JSON, or a bare word. */
const assignedValue = String.raw`\\"(?:[^"\\]|\\\\\\"|\\\\\\\\|\\\\[^"\\]|\\[^"\\])*(?:\\")?|\\{2,7}"[^"]*"?|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;&"'}<>\\]+`;
const assignmentOf = (names: string): RegExp =>
  new RegExp(String.raw`((?:${names})[\w-]{0,32}(?:\\{0,7}["'])?\s{0,4}(?:=>|[:=])\s{0,4})(${assignedValue})`, "gi");

const patterns: readonly [pattern: RegExp, replacement: string][] = [
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    REDACTED,
  ],
  [
    /\b(bearer)\s+(?!(?:tokens?|auth|authentication|authorization|schemes?|credentials?|headers?)\b)[\w\-.~+/]{4,}=*/gi,
    `$1 ${REDACTED}`,
  ],
  [/\b(basic)\s+(?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{8,}={0,2}/gi, `$1 ${REDACTED}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g, REDACTED],
  [/\bxox[abeoprs]-[\w-]{10,}/g, REDACTED],
  [/\b(?:[srp]k_(?:live|test)_\w{10,}|whsec_\w{16,}|sk-(?=[\w-]{0,64}\d)[\w-]{16,})/g, REDACTED],
  [/\bAIza[\w-]{30,}/g, REDACTED],
  [/\bnpm_[A-Za-z0-9]{30,}/g, REDACTED],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/:@"'<>]{0,256}:[^\s/@"'<>]{1,1024}@/gi, `$1${REDACTED}@`],
  [/\b(https?:\/\/)[^\s/:@"'<>]{8,512}@/gi, `$1${REDACTED}@`],
  [/((?<![\w-])--[\w-]{0,32}(?:password|passphrase|token|secret|api-?key)\s{1,4})(?!-)[^\s"']+/gi, `$1${REDACTED}`],
];
const suspicious =
  /PRIVATE KEY|bearer|basic|eyJ|AKIA|ASIA|gh[pousr]_|github_pat|glpat|xox|[srp]k[-_]|whsec|AIza|npm_|:\/\/|pass|pw|jwt|mfa|secret|token|key|credential|auth|cookie|otp|pin|cvv|cvc|ssn|card.?number|connection.?string/i;
/** Names of secrets that are still names with a separator between their parts, and headers in a list. */
const spacedNames = /connection[-_. ]string|"x-/i;
const longNumber = /(?:\d[ -]?){13}/;
/** Taken whole and judged after, so that a long word without a dot is read once only. */
const jwt = /\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}/g;
const basicWord = /\b(basic\s+)([A-Za-z0-9+/]{6,4096}={0,2})/gi;
const fourDigits = /\d{4}/;
const cardNumber =
  /\b(?:(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|3[47]\d{2}|6011|65\d{2})(?:[ -]?\d{4}){2}[ -]?\d{3,4}|3[47]\d{2}[ -]\d{6}[ -]\d{5})\b/g;

const MAX_NAME_LENGTH = 256;
const MAX_KNOWN_NAMES = 4_096;
/** What is redacted beyond a cut, so that a secret astride it does not survive in part. */
const CUT_MARGIN = 8192;
/** More secrets than this cannot be searched for in good time: then no text is kept at all. */
export const MAX_SECRETS = 512;

const normalName = (name: string): string => name.toLowerCase().replace(/[-_. ]/g, "");
const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/** Removes secrets from one text at a time. Keeps no values. */
export class Scrubber {
  readonly #ownNames: ReadonlySet<string>;
  readonly #ownPatterns: readonly RegExp[];
  readonly #assignment: RegExp;
  readonly #suspicious: RegExp;
  readonly #knownNames = new Map<string, boolean>();

  constructor(options: RedactionOptions) {
    this.#ownNames = new Set(options.keys?.map(normalName).filter((name) => name !== ""));
    const ownNames = [...this.#ownNames].map((name) => Array.from(name, escapeRegExp).join("[-_. ]?"));
    this.#assignment = assignmentOf([assignedNames, ...ownNames].join("|"));
    this.#suspicious = ownNames.length === 0 ? suspicious : new RegExp([suspicious.source, ...ownNames].join("|"), "i");
    this.#ownPatterns = options.patterns ?? [];
    for (const pattern of this.#ownPatterns) {
      if (!pattern.global)
        throw new TypeError(`redact.patterns: ${String(pattern)} needs the g flag, or only its first match is removed`);
    }
  }

  /** Whether a text needs a closer look. `false` is certain: no name and no shape of a secret is in it. */
  mayHoldSecret(text: string): boolean {
    return (
      this.#ownPatterns.length > 0 || this.#suspicious.test(text) || spacedNames.test(text) || longNumber.test(text)
    );
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
    const margin = [...secrets].reduce((longest, secret) => Math.max(longest, secret.length), CUT_MARGIN);
    const clean = this.#scrub(text.slice(0, maxLength + margin), secrets, counts);
    // What redaction shortened has moved the end of the margin forward, and that end may be half a secret.
    const end = text.length <= maxLength + margin ? maxLength : Math.min(maxLength, Math.max(0, clean.length - margin));
    return `${clean.slice(0, end)}… [cut: ${text.length} characters]`;
  }

  #scrub(text: string, secrets: ReadonlySet<string>, counts: Counts): string {
    if (secrets.size > MAX_SECRETS) {
      counts.redactions++;
      return REDACTED;
    }
    let out = text;
    const sought = longestFirst(secrets);
    // Most texts are shorter than any secret, and this runs for each of them.
    for (let at = text.length < (sought.at(-1)?.length ?? 0) ? sought.length : 0; at < sought.length; at++) {
      const secret = sought[at] as string;
      if (!out.includes(secret)) continue;
      counts.redactions += out.split(secret).length - 1;
      out = out.replaceAll(secret, REDACTED);
    }
    if (this.#suspicious.test(out)) out = this.#scrubSuspicious(out, counts);
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
    out = out.replace(jwt, (match) => {
      if (!/\.[\w-]{5}/.test(match)) return match;
      counts.redactions++;
      return match.endsWith(".") ? `${REDACTED}.` : REDACTED;
    });
    out = out.replace(basicWord, (match, scheme: string, credentials: string) => {
      if (!isUserAndPassword(credentials)) return match;
      counts.redactions++;
      return `${scheme}${REDACTED}`;
    });
    out = out.replace(headerLine, (match, name: string, separator: string) => {
      const clean = `${name}${separator}${REDACTED}`;
      if (match !== clean) counts.redactions++;
      return clean;
    });
    return out.replace(this.#assignment, (match, assigned: string, secret: string, at: number, whole: string) => {
      const [, stem = "", mark = ""] = /^([\w.\- ]*?)(\\*["'])?[\s:=>]*$/.exec(assigned) ?? [];
      const name = `${/[\w-]*$/.exec(whole.slice(Math.max(0, at - 64), at))?.[0] ?? ""}${stem}`;
      if (!this.isSecretName(name) || (mark === "" && !assigned.includes("=") && shortNames.test(normalName(name))))
        return match;
      const quote = /^\\*["']/.exec(secret)?.[0] ?? "";
      const clean = `${assigned}${quote}${REDACTED}${quote}`;
      if (match !== clean) counts.redactions++;
      return clean;
    });
  }
}

/** Sorted once for all the texts of a payload; a set of secrets only grows. */
const sortedSecrets = new WeakMap<ReadonlySet<string>, string[]>();

/** A secret that holds another one would else survive in part. */
function longestFirst(secrets: ReadonlySet<string>): readonly string[] {
  if (secrets.size === 0) return [];
  const known = sortedSecrets.get(secrets);
  if (known?.length === secrets.size) return known;
  const sorted = [...secrets].toSorted((a, b) => b.length - a.length);
  sortedSecrets.set(secrets, sorted);
  return sorted;
}

function isUserAndPassword(credentials: string): boolean {
  try {
    return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(atob(credentials));
  } catch {
    return false;
  }
}

function replaceAll(text: string, pattern: RegExp, replacement: string, counts: Counts): string {
  return text.replace(pattern, (match: string, ...groups: unknown[]) => {
    const clean = replacement.replace("$1", () => (typeof groups[0] === "string" ? groups[0] : ""));
    if (match !== clean) counts.redactions++;
    return clean;
  });
}

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
