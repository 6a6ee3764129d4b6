import { describe, expect, test } from "vitest";
import { createRedactor, REDACTED, type RedactionOptions } from "./redact.ts";

const inText = (text: string, options?: RedactionOptions): string =>
  createRedactor(options).text(text, new Set(), 10_000).text;
const inJson = (value: unknown, options?: RedactionOptions, secrets = new Set<string>()): unknown =>
  JSON.parse(createRedactor(options).json(value, secrets).json ?? "null");
/** Made when the test runs, so that no file of ours looks as if it held a credential. */
const letters = (length: number): string => "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z".repeat(9).slice(0, length);
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const jwt =
  [{ alg: "HS256" }, { sub: "1234567890" }].map((part) => base64(JSON.stringify(part)).replaceAll("=", "")).join(".") +
  `.${letters(43)}`;

describe("a credential is known by its shape, wherever it stands", () => {
  test.each([
    ["bearer token", `Bearer ${letters(24)}`, letters(24)],
    ["bearer token in small letters", `sent bearer ${letters(12)} to it`, letters(12)],
    ["basic credentials", `Basic ${base64("aladdin:opensesame")}`, base64("aladdin:opensesame")],
    ["basic credentials of letters only", `Basic ${base64("user:pass")}`, base64("user:pass")],
    ["JWT", `token is ${jwt}.`, jwt],
    ["AWS access key id", `AKIA${letters(16).toUpperCase()}`, letters(16).toUpperCase()],
    ["AWS session key id", `ASIA${letters(16).toUpperCase()}`, letters(16).toUpperCase()],
    ["GitHub token", `ghp_${letters(36)}`, letters(36)],
    ["GitHub server token", `ghs_${letters(36)}`, letters(36)],
    ["GitHub fine-grained token", `github_pat_${letters(60)}`, letters(60)],
    ["GitLab token", `glpat-${letters(20)}`, letters(20)],
    ["Slack token", `xoxb-123456789012-${letters(24)}`, letters(24)],
    ["OpenAI key", `sk-${letters(48)}`, letters(48)],
    ["OpenAI project key", `sk-proj-${letters(48)}`, letters(48)],
    ["Anthropic key", `sk-ant-api03-${letters(48)}`, letters(48)],
    ["Stripe key", `sk_live_${letters(24)}`, letters(24)],
    ["Stripe webhook secret", `whsec_${letters(32)}`, letters(32)],
    ["Google API key", `AIza${letters(35)}`, letters(35)],
    ["npm token", `npm_${letters(36)}`, letters(36)],
    ["URL credentials", "postgres://app:hunter2@db:5432/app", "hunter2"],
    ["URL credentials with an encoded @", "https://me:p%40ss-w0rd@example.com/x", "p%40ss-w0rd"],
    ["PEM key", `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n-----END RSA PRIVATE KEY-----`, letters(64)],
    ["PEM key that is cut", `-----BEGIN PRIVATE KEY-----\n${letters(64)}`, letters(64)],
    [
      "PGP key",
      `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${letters(64)}\n-----END PGP PRIVATE KEY BLOCK-----`,
      letters(64),
    ],
    ["Visa number", "card 4111 1111 1111 1111.", "4111 1111 1111 1111"],
    ["Mastercard number", "5555555555554444", "5555555555554444"],
    ["Amex number", "378282246310005", "378282246310005"],
    ["Amex number as printed", "3782 822463 10005", "3782 822463 10005"],
  ])("%s", (_name, text, secret) => {
    expect(inText(text)).toContain(REDACTED);
    expect(inText(text)).not.toContain(secret);
    expect(JSON.stringify(inJson({ content: [{ type: "text", text }] }))).not.toContain(secret);
    expect(inText(JSON.stringify({ said: text }))).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  test("a card number that is a number", () => {
    expect(inJson({ card: 4111111111111111, order: 4111111111111112 })).toEqual({
      card: REDACTED,
      order: 4111111111111112,
    });
  });

  test("what stands around it stays", () => {
    expect(inText("could not reach postgres://app:hunter2@db:5432/app in 3 s")).toBe(
      `could not reach postgres://${REDACTED}@db:5432/app in 3 s`,
    );
    expect(inText(`sent Bearer ${letters(20)} to /orders`)).toBe(`sent Bearer ${REDACTED} to /orders`);
  });
});

describe("a text that assigns a secret loses it", () => {
  const secret = "hunter2x";
  test.each([
    `password=${secret}`,
    `db_password: ${secret}`,
    `PGPASSWORD=${secret} psql`,
    `api-key => "${secret}"`,
    `client_secret='${secret}'`,
    `pwd=${secret};Server=db`,
    `https://x.test/cb?access_token=${secret}&state=1`,
    `Authorization: Token ${secret}`,
    `X-Api-Key: ${secret}`,
    `Cookie: a=1; sid=${secret}`,
    `Set-Cookie: sid=${secret}; HttpOnly`,
    `curl --token ${secret} https://x.test`,
    `{"password":"${secret}"}`,
    `{ "apiKey" : "${secret}" }`,
    `{"authorization":"${secret}"}`,
    `{"cookie":"sid=${secret}"}`,
    `{"pin":"${secret}","cvv":"${secret}"}`,
    `{"password":"a\\"b${secret}"}`,
    JSON.stringify(JSON.stringify({ password: secret })),
    JSON.stringify(JSON.stringify({ password: `a"b${secret}` })),
    JSON.stringify(JSON.stringify({ password: `a\\${secret}` })),
    JSON.stringify(JSON.stringify(JSON.stringify({ password: secret }))),
    `password="${REDACTED} ${secret}"`,
    `{"password":"${secret} and no end`,
  ])("%s", (text) => {
    expect(inText(text)).toContain(REDACTED);
    expect(inText(text)).not.toContain(secret);
  });

  test("JSON in a text is still JSON", () => {
    const text = JSON.stringify({ user: "ann", password: 'a"b\\c', next: 1 });
    expect(JSON.parse(inText(text))).toEqual({ user: "ann", password: REDACTED, next: 1 });
  });
});

describe("a member whose name is a secret's loses its value", () => {
  test.each([
    "password",
    "PASSWORD",
    "user_password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "client-secret",
    "clientSecret",
    "token",
    "accessToken",
    "refresh_token",
    "id.token",
    "apiKey",
    "api_key",
    "x-api-key",
    "X-Api-Key",
    "aws_secret_access_key",
    "privateKey",
    "signing_key",
    "Authorization",
    "proxy-authorization",
    "Cookie",
    "set-cookie",
    "credentials",
    "otp",
    "pin",
    "cvv",
    "ssn",
    "cardNumber",
    "connectionString",
  ])("%s", (name) => {
    expect(inJson({ [name]: "the value", other: "stays" })).toEqual({ [name]: REDACTED, other: "stays" });
    expect(inJson([{ deep: { [name]: { any: ["thing"] } } }])).toEqual([{ deep: { [name]: REDACTED } }]);
  });

  test("so does a pair of name and value, and a list of headers", () => {
    expect(
      inJson([
        { name: "Authorization", value: "abcd" },
        { name: "Accept", value: "json" },
      ]),
    ).toEqual([
      { name: "Authorization", value: REDACTED },
      { name: "Accept", value: "json" },
    ]);
    expect(inJson({ env: [{ key: "DB_PASSWORD", value: "abcd" }] })).toEqual({
      env: [{ key: "DB_PASSWORD", value: REDACTED }],
    });
    expect(
      inJson([
        ["X-Api-Key", "abcd"],
        ["Accept", "json"],
      ]),
    ).toEqual([
      ["X-Api-Key", REDACTED],
      ["Accept", "json"],
    ]);
    expect(inJson(["Authorization", "abcd", "Accept", "json"])).toEqual(["Authorization", REDACTED, "Accept", "json"]);
  });

  test("null and booleans say nothing", () => {
    expect(inJson({ password: null, token: true })).toEqual({ password: null, token: true });
  });

  test("names and patterns of one's own, in members and in texts", () => {
    const options = { keys: ["tenant_code"], patterns: [/EMP-\d+/g] };
    expect(inJson({ tenantCode: "alpha9", "Tenant-Code": "beta9", code: "EMP-1234" }, options)).toEqual({
      tenantCode: REDACTED,
      "Tenant-Code": REDACTED,
      code: REDACTED,
    });
    expect(inText('{"tenantCode":"alpha9"} for EMP-1', options)).toBe(`{"tenantCode":"${REDACTED}"} for ${REDACTED}`);
  });

  test("a pattern that would remove its first match only is refused", () => {
    expect(() => createRedactor({ patterns: [/x/] })).toThrow(/\/x\/ needs the g flag/);
  });
});

describe("ordinary texts stay as they are", () => {
  test.each([
    "the password policy is strict",
    "I forgot my password and need a new token",
    "basic understanding of the subject",
    "Basic JavaScript and TypeScript",
    "the bearer token is missing",
    "bearer of bad news",
    "max_tokens: 4096, total_tokens=812",
    '{"usage":{"input_tokens":512,"max_tokens":4096},"nextPageToken":"CAUQAA"}',
    "next_page_token=CAUQAA&limit=10",
    "order 4111-2222-3333-4444 was sent",
    "order 1234567890123456",
    "0190a8f3-4111-7111-8111-111111111111",
    "2026-11-23T22:05:00.123456Z",
    "1732399500000000",
    "https://example.com:8080/a?b=c",
    "see https://example.com/@scope/package and mail ann@example.com",
    "pk_order_items_order_id_customer_id",
    "sk-learn is not installed",
    "the secretary: Ms Lee",
    "risk-assessment-2026-final-version-2.pdf",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Cookies and credentials are explained on the next page",
    "public key infrastructure",
  ])("%s", (text) => {
    expect(inText(text)).toBe(text);
    expect(inJson({ text })).toEqual({ text });
  });

  test("so do members that only sound like secrets", () => {
    const value = {
      max_tokens: 4096,
      nextPageToken: "CAUQAA",
      cursor: "abc",
      page_token: "p2",
      author: "Ann",
      secretary: "Lee",
      keyboard: "de",
      tokens: 12,
    };
    expect(createRedactor().json(value, new Set())).toEqual({
      json: JSON.stringify(value),
      redactions: 0,
      truncated: false,
    });
  });
});

test.each(["jwt", "pass", "pw", "otp_code", "mfaCode", "pinCode", "token_value"])(
  "what stands under %s is a secret",
  (name) => {
    const { json } = createRedactor().json({ [name]: "hunter2hunter2" }, new Set());
    expect(json).toBe(JSON.stringify({ [name]: REDACTED }));
  },
);

test("a token in front of a host is a secret, and what merely looks like an address is kept", () => {
  const { text } = createRedactor().text(
    "git clone https://0123456789abcdef@example.com/x, see https://example.com/@ann",
    new Set(),
    500,
  );
  expect(text).toBe(`git clone https://${REDACTED}@example.com/x, see https://example.com/@ann`);
});
