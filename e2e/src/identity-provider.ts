import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider, type KoaContextWithOIDC } from "oidc-provider";

type Claims = Record<string, unknown>;

export interface IdentityProvider {
  issuer: string;
  /** What it says of whoever signs in under a name, which is their subject. */
  accounts: Map<string, Claims>;
  /** Makes the dashboard at an address a client, and gives the variables that say so. */
  environmentFor(dashboardUrl: string): Promise<Record<string, string>>;
  /** Changes the claims of the identity tokens that it gives out, or the key that signs them; undefined: gives none. */
  lie?: ((idToken: Claims) => { claims: Claims; isOfAnotherKey?: boolean } | undefined) | undefined;
  /** Takes no connection any more, until it is started again. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

const KEY_ID = "of-the-provider";
const makeKey = (): KeyObject => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** A real provider with its own pages, under another name than the dashboard: to a browser they are two sites. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const server = createServer();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const key = makeKey();
  const otherKey = makeKey();
  const accounts = new Map<string, Claims>();
  const provider = new Provider(`http://localhost:${port}`, {
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups", "role"] },
    findAccount: (_, accountId) => {
      const claims = accounts.get(accountId);
      return claims && { accountId, claims: () => ({ sub: accountId, ...claims }) };
    },
    features: { registration: { enabled: true } },
    jwks: { keys: [{ ...key.export({ format: "jwk" }), kid: KEY_ID, use: "sig", alg: "RS256" }] },
    cookies: { keys: ["of a test"] },
  });

  const identity: IdentityProvider = {
    issuer: provider.issuer,
    accounts,
    async environmentFor(dashboardUrl) {
      const answer = await fetch(`${provider.issuer}/reg`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ redirect_uris: [`${dashboardUrl}/api/auth/callback/oidc`] }),
      });
      const client = (await answer.json()) as { client_id: string; client_secret: string };
      return {
        TACHOGRAPH_OIDC_ISSUER: provider.issuer,
        TACHOGRAPH_OIDC_CLIENT_ID: client.client_id,
        TACHOGRAPH_OIDC_CLIENT_SECRET: client.client_secret,
        TACHOGRAPH_OIDC_DOMAINS: "example.com",
        TACHOGRAPH_OIDC_NAME: "Example",
      };
    },
    async pause() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    resume: () => listen(server, port),
  };

  provider.use(async (context: KoaContextWithOIDC, next) => {
    await next();
    if (context.path !== "/token" || identity.lie === undefined) return;
    const body = context.body as { id_token?: string };
    const told = identity.lie(readClaims(body.id_token ?? ""));
    if (told === undefined) delete body.id_token;
    else body.id_token = signToken(told.claims, told.isOfAnotherKey ? otherKey : key);
  });
  const answer = provider.callback();
  server.on("request", (request, response) => void answer(request, response));
  return identity;
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });

const readClaims = (token: string): Claims =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims;

function signToken(claims: Claims, key: KeyObject): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", kid: KEY_ID })}.${part(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}
