import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor, REDACTED } from "./redact.ts";

const redactor = createRedactor();
const SECRET_NAMES = ["password", "api_key", "Authorization", "clientSecret", "set-cookie"];

describe("a secret that the arguments name", () => {
  const secrets = new Set<string>();
  redactor.json(
    { user: "ann", password: "correct horse", headers: { authorization: "Token abcd-1234" }, otp: 482913 },
    secrets,
  );

  test.each([
    ["whole", "correct horse"],
    ["inside a sentence", "no user ann with correct horse here"],
    ["without its scheme", "the token abcd-1234 has expired"],
    ["in a URL", "GET /login?p=correct%20horse failed"],
    ["a number in a text", "482913 is not valid"],
  ])("is removed from a result and an error: %s", (_name, text) => {
    const kept = `${redactor.json({ content: [{ type: "text", text }] }, secrets).json} ${redactor.text(text, secrets, 1_000).text}`;
    expect(kept).toContain(REDACTED);
    expect(kept).not.toMatch(/correct(?: |%20)horse|abcd-1234|482913/);
  });

  test("is removed where it is a member's name, a number, and where it stands before the member that names it", () => {
    const { json } = redactor.json(
      { echo: "xx-77-yy", "xx-77-yy": 1, n: 482913, password: "xx-77-yy" },
      new Set(secrets),
    );
    expect(JSON.parse(json ?? "")).toEqual({ echo: REDACTED, [REDACTED]: 1, n: REDACTED, password: REDACTED });
  });

  test("is removed with its quotes and line breaks escaped", () => {
    const own = new Set<string>();
    redactor.json({ password: 'a"b\nc\\d' }, own);
    const { json } = redactor.json({ text: JSON.stringify({ said: 'it was a"b\nc\\d then' }) }, own);
    expect(json).toBe(JSON.stringify({ text: `{"said":"it was ${REDACTED} then"}` }));
  });

  test.each([
    ["base64", Buffer.from("correct horse").toString("base64")],
    ["base64 for URLs", Buffer.from("correct horse").toString("base64url")],
    ["basic credentials", Buffer.from("ann:correct horse").toString("base64")],
    ["basic credentials of somebody else", Buffer.from("bert:correct horse!").toString("base64")],
    ["hexadecimal", Buffer.from("correct horse").toString("hex")],
    ["a form", new URLSearchParams({ p: "correct horse" }).toString()],
  ])("is removed where it is echoed in %s", (_name, echoed) => {
    const { text } = redactor.text(`got ${echoed} from ann`, secrets, 1_000);
    expect(text).toContain(REDACTED);
    // A digit of base64 that a neighbour has a part in says nothing.
    expect(text.length).toBeLessThan("got  from ann".length + REDACTED.length + 12);
  });

  test("is found in good time, however many secrets and texts there are", () => {
    const named = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`password${index}`, `value-${index}-x`]),
    );
    const startedAt = performance.now();
    redactor.json({ ...named, list: Array.from({ length: 60_000 }, () => "a") }, new Set());
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("does not survive in part where one secret begins another, in any order", () => {
    for (const pair of [
      ["abcd", "abcdefgh"],
      ["abcdefgh", "abcd"],
    ]) {
      const own = new Set<string>();
      redactor.json({ secrets: pair }, own);
      expect(redactor.text("it is abcdefgh or abcd", own, 100).text).toBe(`it is ${REDACTED} or ${REDACTED}`);
    }
  });

  test("is found at any depth of what was redacted", () => {
    const own = new Set<string>();
    let value: unknown = "deep-secret-1";
    for (let level = 0; level < 40; level++) value = [value];
    redactor.json({ credentials: value }, own);
    expect(redactor.text("got deep-secret-1", own, 100).text).toBe(`got ${REDACTED}`);
  });

  test("is too short to be searched for below 4 characters", () => {
    const own = new Set<string>();
    redactor.json({ password: "abc" }, own);
    expect(redactor.text("abc", own, 100).text).toBe("abc");
  });
});

describe("a cut", () => {
  test("never leaves half a secret, wherever it falls", () => {
    const secret = "Zx9-".repeat(10);
    const secrets = new Set([secret]);
    for (let at = 60; at <= 110; at++) {
      const { text, truncated } = redactor.text(`${".".repeat(at)}${secret}${".".repeat(20_000)}`, secrets, 100);
      expect(text).not.toContain("Zx9");
      expect(truncated).toBe(true);
    }
  });

  test("never leaves half a secret where redaction shortened what stood before it", () => {
    const secret = "Zx9-".repeat(5_000);
    const text = `${secret} `.repeat(20);
    for (const maxLength of [10, 1_000, 15_000, 40_000, 100_000]) {
      expect(redactor.text(text, new Set([secret]), maxLength).text).not.toContain("Zx9");
    }
    const pem = `-----BEGIN PRIVATE KEY-----${"A".repeat(9_000)}-----END PRIVATE KEY-----`;
    expect(redactor.text(`${pem}${".".repeat(180)}${secret}`, new Set([secret]), 1_000).text).not.toContain("Zx9");
  });
});

describe("for any JSON with a secret planted under a secret's name and echoed elsewhere", () => {
  const planted = fc.tuple(
    fc
      .string({ minLength: 6, maxLength: 40, unit: "grapheme" })
      .filter((text) => text.isWellFormed() && !REDACTED.includes(text)),
    fc.constantFrom(...SECRET_NAMES),
    fc.jsonValue({ maxDepth: 3 }),
    fc.string(),
    fc.string(),
  );
  const mentions = (json: string | null, secret: string): boolean => {
    let found = false;
    JSON.parse(json ?? "null", (name: string, value: unknown) => {
      found ||= name.includes(secret) || (typeof value === "string" && value.includes(secret));
      return value;
    });
    return found;
  };

  test("what is kept is JSON and does not hold it", () => {
    fc.assert(
      fc.property(planted, fc.boolean(), ([secret, name, other, before, after], inFront) => {
        const echo = { ["echo"]: `${before}${secret}${after}`, [`${before}${secret}`]: [secret], other };
        const value = inFront ? { ...echo, [name]: secret } : { [name]: { nested: [secret] }, ...echo };
        const secrets = new Set<string>();
        const { json } = redactor.json(value, secrets);
        expect(mentions(json, secret)).toBe(false);
        expect(mentions(redactor.json({ content: [{ type: "text", text: echo.echo }] }, secrets).json, secret)).toBe(
          false,
        );
        expect(redactor.text(echo.echo, secrets, 1_000).text).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  test("nor does it under narrow limits", () => {
    fc.assert(
      fc.property(planted, fc.integer({ min: 1, max: 60 }), ([secret, name, other, before, after], max) => {
        const value = { other, echo: `${before}${secret}${after}`.repeat(3), [name]: secret, again: secret };
        const limits = { maxLength: max * 4, maxStringLength: max, maxDepth: 3 };
        expect(mentions(redactor.json(value, new Set([secret]), limits).json, secret)).toBe(false);
      }),
    );
  });
});
