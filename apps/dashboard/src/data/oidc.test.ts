import { expect, test } from "vitest";
import { admit, readOidcSettings } from "./oidc.ts";

const env = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  NODE_ENV: "test",
  TACHOGRAPH_OIDC_ISSUER: "https://id.example.com/",
  TACHOGRAPH_OIDC_CLIENT_ID: "tachograph",
  TACHOGRAPH_OIDC_CLIENT_SECRET: "s",
  TACHOGRAPH_OIDC_DOMAINS: "example.com, Example.org",
  ...more,
});
const settings = readOidcSettings(
  env({ TACHOGRAPH_OIDC_ROLE_CLAIM: "groups", TACHOGRAPH_OIDC_ROLES: "watch=viewer,audit=auditor,a=b=admin" }),
);

test("without an issuer there is no provider, and with one each fault is named", () => {
  expect(readOidcSettings({ NODE_ENV: "test" })).toBeUndefined();
  expect(readOidcSettings(env())).toMatchObject({ issuer: "https://id.example.com", defaultRole: "none" });
  for (const [name, value] of [
    ["CLIENT_ID", ""],
    ["CLIENT_SECRET", ""],
    ["DOMAINS", ""],
    ["ISSUER", "http://id.example.com"],
    ["DEFAULT_ROLE", "owner"],
    ["ROLE_CLAIM", "groups"],
  ] as const) {
    expect(() => readOidcSettings(env({ [`TACHOGRAPH_OIDC_${name}`]: value })), name).toThrow(/TACHOGRAPH_OIDC_/);
  }
});

test("who comes has a verified address of a domain that is let in", () => {
  if (settings === undefined) throw new Error("no settings");
  const comes = (email: unknown, verified: unknown = true) => admit({ email, email_verified: verified }, settings);
  expect(comes("Ann@EXAMPLE.org")).toEqual({ role: undefined });
  for (const email of ["ann@evil.com", "ann@sub.example.com", "example.com", "ann@example.com@evil.com", 5]) {
    expect(comes(email), String(email)).toBeUndefined();
  }
  expect(comes("ann@example.com", false)).toBeUndefined();
  expect(admit({ email: "ann@example.com" }, settings), "nobody verified it").toBeUndefined();
});

test("the most capable role that a group gives counts", () => {
  if (settings === undefined) throw new Error("no settings");
  const roleOf = (groups: unknown) => admit({ email: "ann@example.com", email_verified: true, groups }, settings)?.role;
  expect([roleOf("watch"), roleOf(["watch", "audit", "x", 7]), roleOf(["a=b"]), roleOf([]), roleOf({})]).toEqual([
    "viewer",
    "auditor",
    "admin",
    undefined,
    undefined,
  ]);
});
