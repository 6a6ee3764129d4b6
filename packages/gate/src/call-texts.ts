import type { CaptureLimits, Redactor } from "@tachograph/record";
import { captureJson, type CapturedJson } from "./capture-json.ts";

/** What leaves one call in texts: everything through the same redactor, with the secrets that the call itself named. */
export class CallTexts {
  redactions = 0;
  truncated = false;
  readonly #redactor: Redactor;
  readonly #limits: CaptureLimits | undefined;
  readonly #secrets = new Set<string>();
  readonly #credentials = new Set<string>();
  readonly #verified = new Set<string>();

  constructor(redactor: Redactor, limits: CaptureLimits | undefined) {
    this.#redactor = redactor;
    this.#limits = limits;
  }

  /**
   * What came with the request is a secret wherever the call, its answer or its error repeats it.
   *
   * @param token - The one that the HTTP layer verified.
   */
  learn(credentials: Record<string, unknown> | undefined, token: string | undefined): void {
    if (token !== undefined) this.#verified.add(token);
    if (credentials === undefined) return;
    this.#redactor.json(credentials, this.#secrets);
    for (const secret of this.#secrets) this.#credentials.add(secret);
  }

  /** What this call's answer hands to the caller alone is in no row and no log. */
  hide(secret: string): void {
    this.#secrets.add(secret);
  }

  /** A name that the caller gave, without its credentials: what it calls a secret in its arguments stays out of this. */
  name(text: string, maxLength: number): string {
    return this.#without(this.#credentials, text, maxLength);
  }

  nameOrNull(text: string | null | undefined, maxLength: number): string | null {
    return text === null || text === undefined ? null : this.name(text, maxLength);
  }

  /** Who was verified: nobody takes that out of a row by sending the same text as a header or an argument. */
  identity(text: string, maxLength: number): string {
    return this.#without(this.#verified, text, maxLength);
  }

  identityOrNull(text: string | null | undefined, maxLength: number): string | null {
    return text === null || text === undefined ? null : this.identity(text, maxLength);
  }

  #without(secrets: ReadonlySet<string>, text: string, maxLength: number): string {
    const clean = this.#redactor.text(text, secrets, maxLength);
    this.redactions += clean.redactions;
    this.truncated ||= clean.truncated;
    return clean.text;
  }

  /** Any other text: without the secrets of the request and of its arguments. */
  clean(text: string, maxLength: number): string {
    return this.#without(this.#secrets, text, maxLength);
  }

  cleanOrNull(text: string | null | undefined, maxLength: number): string | null {
    return text === null || text === undefined ? null : this.clean(text, maxLength);
  }

  /** Takes a payload; `keep: false` measures it and learns its secrets alone. */
  capture(value: unknown, keep: boolean): CapturedJson {
    const captured = captureJson(value, {
      redactor: this.#redactor,
      secrets: this.#secrets,
      limits: this.#limits,
      keep,
    });
    this.redactions += captured.redactions;
    this.truncated ||= captured.truncated;
    return captured;
  }

  /** A JSON value without its secrets. */
  cleanValue<T>(value: T): T {
    const { json } = this.#redactor.json(value, this.#secrets);
    return json === null ? value : (JSON.parse(json) as T);
  }

  /** A value as the agent may see it again: without secrets, cut. */
  show(value: unknown, maxLength: number): string | undefined {
    const { json } = this.#redactor.json(value, this.#secrets, { maxLength: 512, maxStringLength: 256, maxDepth: 4 });
    return json === null ? undefined : this.#redactor.text(json, this.#secrets, maxLength).text;
  }
}
