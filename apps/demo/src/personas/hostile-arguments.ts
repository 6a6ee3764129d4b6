/**
 * What people paste into chats without thinking. Put together here, so that no scanner of sources takes them for real;
 * none of them may be found in anything that the gate writes.
 */
export const plantedSecrets = {
  apiKey: ["sk", "live", "51Hq8ZrTachographDemoNotAKey"].join("_"),
  githubToken: ["ghp", "TachographDemo0123456789abcdefghijklmn"].join("_"),
  password: ["correct", "horse", "battery", "7421"].join("-"),
} as const;

/** Texts that break naive displays, logs and stores. */
export const hostileTexts = {
  markup: `<img src=x onerror="alert(document.cookie)"><script>fetch('//evil.example')</script>`,
  bidi: "invoice_\u202Egnp.exe \u2066hidden\u2069",
  nul: "before\u0000after",
  terminal: "\u001B[2J\u001B]0;owned\u0007",
  formula: '=HYPERLINK("http://evil.example","total")',
  loneSurrogate: "half of a pair: \uD83D",
} as const;

/** An object that has `__proto__` as a member of its own, as JSON.parse would make it. */
export const prototypeMember = (): Record<string, unknown> =>
  Object.fromEntries([
    ["__proto__", { isAdmin: true }],
    ["constructor", { prototype: { polluted: 1 } }],
  ]);

/** Objects in objects, `depth` levels down. */
export function nested(depth: number): unknown {
  let value: unknown = "bottom";
  for (let level = 0; level < depth; level++) value = { level, value };
  return value;
}
