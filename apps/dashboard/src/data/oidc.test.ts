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
  expect(readOidcSettings(env())).toMatchObject({
    issuer: "https://id.example.com",
    scopes: ["openid", "email", "profile"],
    defaultRole: "none",
  });
  expect(readOidcSettings(env({ TACHOGRAPH_OIDC_SCOPES: "openid email, groups" }))?.scopes).toEqual([
    "openid",
    "email",
    "groups",
  ]);
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
  expect(comes("Ann@EXAMPLE.org")).toMatchObject({ email: "ann@example.org" });
  for (const email of ["ann@evil.com", "ann@sub.example.com", "example.com", "ann@example.com@evil.com"]) {
    expect(comes(email), email).toBe("domain");
  }
  expect(comes(5)).toBe("no address");
  expect(comes("ann@example.com", false)).toBe("unverified address");
  expect(admit({ email: "ann@example.com" }, settings), "nobody verified it").toBe("unverified address");
});

test("the most capable role that a group gives counts, and the default one where none does", () => {
  if (settings === undefined) throw new Error("no settings");
  const roleOf = (groups: unknown) => admit({ email: "ann@example.com", email_verified: true, groups }, settings);
  for (const [groups, role] of [
    ["watch", "viewer"],
    [["watch", "audit", "x", 7], "auditor"],
    [["a=b"], "admin"],
    [[], "none"],
    [{}, "none"],
    [undefined, "none"],
  ]) {
    expect(roleOf(groups)).toMatchObject({ role, isRoleByGroups: true });
  }
});
