import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor, REDACTED, storable } from "./redact.ts";

const redactor = createRedactor();
const keep = (value: unknown, limits = {}) => redactor.json(value, new Set(), limits);
const MB = 1_000_000;

describe("limits", () => {
  test("JSON without secrets comes out as it went in", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const { json, redactions, truncated } = keep(value, { maxLength: 1e9, maxStringLength: 1e9, maxDepth: 1_000 });
        if (redactions === 0) expect(JSON.parse(json ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
        expect(truncated).toBe(false);
      }),
    );
  });

  test("what is cut is still JSON, not much longer than the limit, and says so", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 50 }), (value, max) => {
        const { json, truncated } = keep(value, { maxLength: max, maxStringLength: max, maxDepth: 3 });
        const whole = keep(value).json;
        JSON.parse(json ?? "no JSON");
        if (json !== whole) expect(truncated).toBe(true);
      }),
    );
  });

  test("depth", () => {
    expect(keep([[[1]]], { maxDepth: 2 })).toEqual({
      json: '[["… [nested deeper than 2 levels]"]]',
      redactions: 0,
      truncated: true,
    });
    const { json, truncated } = keep(JSON.parse("[".repeat(9_000) + "]".repeat(9_000)));
    expect(JSON.parse(json ?? "")).toBeInstanceOf(Array);
    expect(truncated).toBe(true);
  });

  test("length of a string, of a name, of a list, of an object", () => {
    const { json, truncated } = keep({ text: "a".repeat(100), ["n".repeat(300)]: 1 }, { maxStringLength: 10 });
    expect(JSON.parse(json ?? "")).toEqual({
      text: "aaaaaaaaaa… [cut: 100 characters]",
      [`${"n".repeat(256)}… [cut: 300 characters]`]: 1,
    });
    expect(truncated).toBe(true);
    const list = keep(
      Array.from({ length: 1_000 }, (_, index) => index),
      { maxLength: 100 },
    );
    expect(list.json).toMatch(/,"… \[cut: \d+ more\]"\]$/);
    expect(list.json?.length).toBeLessThan(150);
    const object = keep(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index])), {
      maxLength: 100,
    });
    expect(JSON.parse(object.json ?? "")).toHaveProperty("…");
    expect([list.truncated, object.truncated]).toEqual([true, true]);
  });

  test("a text that is cut never ends in half a character", () => {
    expect(redactor.text("😀".repeat(10), new Set(), 5).text.isWellFormed()).toBe(true);
  });
});

describe("values that JSON does not have, or that bite", () => {
  test("members named __proto__ and constructor are ordinary", () => {
    const text = '{"__proto__":{"password":"hunter2"},"constructor":1,"toString":2}';
    expect(keep(JSON.parse(text)).json).toBe(text.replace("hunter2", REDACTED));
    expect(({} as Record<string, unknown>)["password"]).toBeUndefined();
  });

  test("toJSON is honoured, as JSON.stringify does", () => {
    expect(keep({ at: new Date(0), own: { toJSON: () => ({ password: "x" }) } }).json).toBe(
      `{"at":"1970-01-01T00:00:00.000Z","own":{"password":"${REDACTED}"}}`,
    );
    expect(keep({ toJSON: "a text" }).json).toBe('{"toJSON":"a text"}');
  });

  test("undefined, functions and symbols are left out, null in lists", () => {
    const value = { a: undefined, b: () => 1, c: Symbol("s"), d: [undefined, () => 1], e: Number.NaN, f: -0 };
    expect(keep(value).json).toBe(JSON.stringify(value));
  });

  test.each<[string, () => unknown]>([
    ["a bigint", () => ({ id: 1n })],
    [
      "a getter that throws",
      () => ({
        get x() {
          throw new Error("no");
        },
      }),
    ],
    [
      "a getter that throws under a secret's name",
      () => ({
        password: {
          get x() {
            throw new Error("no");
          },
        },
      }),
    ],
    [
      "a toJSON that throws",
      () => ({
        toJSON() {
          throw new Error("no");
        },
      }),
    ],
    [
      "a toJSON that never ends",
      () => {
        const o = { toJSON: (): unknown => o };
        return o;
      },
    ],
    [
      "a revoked proxy",
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return { proxy };
      },
    ],
  ])("%s gives no JSON and says so", (_name, make) => {
    expect(keep(make())).toMatchObject({ json: null, truncated: true });
  });

  test("a value that contains itself many times over is cut", () => {
    const value: Record<string, unknown> = { name: "x" };
    for (const name of ["password", "a", "b", "c"]) value[name] = value;
    const { json, truncated } = keep(value);
    expect(JSON.parse(json ?? "")).toMatchObject({ name: "x", password: REDACTED });
    expect(truncated).toBe(true);
  });

  test("NUL and lone surrogates stay valid JSON; in a text they become U+FFFD", () => {
    expect(JSON.parse(keep({ a: "\0 \ud800" }).json ?? "")).toEqual({ a: "\0 \ud800" });
    expect(redactor.text("\0a\ud800b\udc00", new Set(), 10).text).toBe("\uFFFDa\uFFFDb\uFFFD");
    expect(storable("plain")).toBe("plain");
    expect(storable("ü 😀")).toBe("ü 😀");
  });
});

describe("time", () => {
  const repeat = (unit: string): string => unit.repeat(Math.ceil(MB / unit.length));
  test.each([
    "a",
    "A1",
    "password",
    "password=",
    "password:",
    'password":"',
    "token ",
    "secret-",
    ":",
    "=",
    '\\"',
    "\\\\",
    "\\",
    '"',
    "'",
    "0",
    "4111 ",
    "4111-",
    "bearer ",
    "bearer\t\t\t",
    "Basic a",
    "Basic ",
    "eyJ",
    "eyJaaaaaa-",
    "eyJaaaaaa.",
    "sk-",
    "sk_live_",
    "://",
    "a://",
    "a://b:",
    "a.",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "-",
    "--",
    "--token ",
    "authorization:",
    "cookie: ",
    "x-api-key",
    "pin",
    "key",
    " ",
    "\n",
    '{"password":"',
    '\\"password\\":\\"',
    "passw:'",
    "=>",
    "%3D",
    "ghp_",
    "xoxb-",
    "AKIA",
    "_",
    "ü",
    "\ud800",
  ])("a text of 1 MB made of %j takes no time worth mentioning", (unit) => {
    const text = repeat(unit);
    const startedAt = performance.now();
    redactor.text(text, new Set(), MB);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  test("10 MB cost no more than what is kept of them", () => {
    const startedAt = performance.now();
    const { json, truncated } = keep({
      text: "password=hunter2 ".repeat(600_000),
      list: Array.from({ length: 500_000 }, () => "x".repeat(10)),
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(truncated).toBe(true);
    expect(json?.length).toBeLessThan(300_000);
    expect(json).not.toContain("hunter2");
  });

  test("secrets by the thousand cost little, and then no text is kept at all", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `secret-number-${index}`);
    const secrets = new Set<string>();
    const startedAt = performance.now();
    const { json } = redactor.json({ passwords: many, list: many }, secrets);
    const result = redactor.json({ text: "it was secret-number-19999" }, secrets);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(`${json}${result.json}`).not.toContain("secret-number");
  });
});
