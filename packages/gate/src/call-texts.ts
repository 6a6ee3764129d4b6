import type { CaptureLimits, Redactor } from "@tachograph/record";
import { captureJson, type CapturedJson } from "./capture-json.ts";

/** What leaves one call in texts: everything through the same redactor, with the secrets that the call itself named. */
export class CallTexts {
  redactions = 0;
  truncated = false;
  readonly #redactor: Redactor;
  readonly #limits: CaptureLimits | undefined;
  readonly #secrets = new Set<string>();

  constructor(redactor: Redactor, limits: CaptureLimits | undefined) {
    this.#redactor = redactor;
    this.#limits = limits;
  }

  /** What came with the request is a secret wherever the call, its answer or its error repeats it. */
  learn(credentials: Record<string, unknown> | undefined): void {
    if (credentials !== undefined) this.#redactor.json(credentials, this.#secrets);
  }

  clean(text: string, maxLength: number): string {
    const clean = this.#redactor.text(text, this.#secrets, maxLength);
    this.redactions += clean.redactions;
    this.truncated ||= clean.truncated;
    return clean.text;
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

  /** A value as the agent may see it again: without secrets, cut. */
  show(value: unknown, maxLength: number): string | undefined {
    const { json } = this.#redactor.json(value, this.#secrets, { maxLength: 512, maxStringLength: 256, maxDepth: 4 });
    return json === null ? undefined : this.#redactor.text(json, this.#secrets, maxLength).text;
  }
}
