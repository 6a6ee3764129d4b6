import "server-only";
import { givenRoles, type GivenRole } from "./rights.ts";

/** A provider through which people sign in, as the environment says. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** On the button. */
  name: string;
  /** Domains of addresses that may come in, in lower case. */
  domains: readonly string[];
  /** What the provider is asked for. */
  scopes: readonly string[];
  /** Of somebody new; where groups give roles, also of everybody whose groups give none. */
  defaultRole: GivenRole;
  /** The claim that names groups, and what they make of somebody; at each sign-in, the most capable counts. */
  roleClaim: { claim: string; roles: ReadonlyMap<string, GivenRole> } | undefined;
}

const PREFIX = "TACHOGRAPH_OIDC_";

/**
 * Undefined where none is configured.
 *
 * @throws {Error} naming the variable that is missing or cannot be read
 */
export function readOidcSettings(env: NodeJS.ProcessEnv = process.env): OidcSettings | undefined {
  const issuer = env[`${PREFIX}ISSUER`]?.replace(/\/+$/, "");
  if (!issuer) return undefined;
  const parsed = URL.parse(issuer);
  const isLocal = parsed !== null && ["127.0.0.1", "localhost", "[::1]"].includes(parsed.hostname);
  if (parsed === null || !(parsed.protocol === "https:" || (parsed.protocol === "http:" && isLocal))) {
    throw new Error(`${PREFIX}ISSUER is "${issuer}": give the https address of the provider.`);
  }
  const needed = (name: string, why: string): string => {
    const value = env[PREFIX + name];
    if (!value) throw new Error(`${PREFIX}${name} is not set: ${why}.`);
    return value;
  };
  const roleOf = (name: string, variable: string): GivenRole => {
    const role = givenRoles.find((known) => known === name);
    if (role === undefined)
      throw new Error(`${PREFIX}${variable} names "${name}", not one of ${givenRoles.join(", ")}.`);
    return role;
  };
  const claim = env[`${PREFIX}ROLE_CLAIM`];
  return {
    issuer,
    clientId: needed("CLIENT_ID", "the provider knows this dashboard by it"),
    clientSecret: needed("CLIENT_SECRET", "the provider gave it with the client id"),
    name: env[`${PREFIX}NAME`] || "your organisation",
    domains: needed("DOMAINS", "addresses of these domains may sign in, parted by commas")
      .split(",")
      .map((domain) => domain.trim().toLowerCase())
      .filter((domain) => domain !== ""),
    scopes: (env[`${PREFIX}SCOPES`] || "openid email profile").split(/[\s,]+/).filter((scope) => scope !== ""),
    defaultRole: roleOf(env[`${PREFIX}DEFAULT_ROLE`] || "none", "DEFAULT_ROLE"),
    roleClaim: claim
      ? { claim, roles: readRoles(needed("ROLES", "it says what a group makes of somebody, as in auditors=auditor")) }
      : undefined,
  };

  function readRoles(text: string): Map<string, GivenRole> {
    return new Map(
      text.split(",").map((pair) => {
        const at = pair.lastIndexOf("=");
        if (at < 1) throw new Error(`${PREFIX}ROLES has "${pair}", which is no group=role.`);
        return [pair.slice(0, at).trim(), roleOf(pair.slice(at + 1).trim(), "ROLES")] as const;
      }),
    );
  }
}

/** What keeps somebody out whom the provider knows. */
export type Refusal = "no address" | "unverified address" | "domain" | "owner" | "disabled";

export interface Admitted {
  /** In lower case. */
  email: string;
  role: GivenRole;
  /** Whether the role counts for whoever we know already. */
  isRoleByGroups: boolean;
}

/** Who the provider says has come, or what keeps them out. */
export function admit(claims: Readonly<Record<string, unknown>>, settings: OidcSettings): Admitted | Refusal {
  if (typeof claims["email"] !== "string") return "no address";
  const email = claims["email"].toLowerCase();
  const isVerified = claims["email_verified"] === true || claims["email_verified"] === "true";
  if (!isVerified) return "unverified address";
  const at = email.lastIndexOf("@");
  if (at < 1 || !settings.domains.includes(email.slice(at + 1))) return "domain";
  const { roleClaim, defaultRole } = settings;
  if (roleClaim === undefined) return { email, role: defaultRole, isRoleByGroups: false };
  const named: unknown[] = [claims[roleClaim.claim] ?? []].flat();
  const found = named.flatMap((group) => (typeof group === "string" ? (roleClaim.roles.get(group) ?? []) : []));
  return {
    email,
    role: givenRoles.findLast((role) => found.includes(role)) ?? defaultRole,
    isRoleByGroups: true,
  };
}
