import "server-only";

const ANSWER_WITHIN_MS = 5000;

/** What a provider says of itself, as far as it concerns us. */
export interface Discovered {
  discoveryUrl: string;
  userInfoUrl: string | undefined;
  /** Whether it takes the client's secret in a header, as the standard has it, or only in the body. */
  isSecretInHeader: boolean;
}

type Json = Record<string, unknown>;

async function readJson(url: string, headers: Record<string, string> = {}): Promise<Json | undefined> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    if (!answer.ok) throw new Error(`it answered with status ${answer.status}`);
    const body: unknown = await answer.json();
    if (typeof body !== "object" || body === null) throw new Error("its answer is no object");
    return body as Json;
  } catch (error) {
    console.error(`The identity provider gave nothing at ${url}:`, error);
    return undefined;
  }
}

/** Undefined where it does not answer in time, or is another than the one it was asked for as. */
export async function discoverProvider(issuer: string): Promise<Discovered | undefined> {
  const discoveryUrl = `${issuer}/.well-known/openid-configuration`;
  const said = await readJson(discoveryUrl);
  if (said === undefined) return undefined;
  if (typeof said["issuer"] !== "string" || said["issuer"].replace(/\/+$/, "") !== issuer) {
    console.error(`The identity provider at ${issuer} calls itself ${JSON.stringify(said["issuer"])}.`);
    return undefined;
  }
  const methods = said["token_endpoint_auth_methods_supported"];
  const userInfoUrl = said["userinfo_endpoint"];
  return {
    discoveryUrl,
    userInfoUrl: typeof userInfoUrl === "string" ? userInfoUrl : undefined,
    isSecretInHeader: !Array.isArray(methods) || methods.includes("client_secret_basic"),
  };
}

/**
 * What the provider says of who has come: in the identity token, which is verified before, and what is missing there at
 * the address for it. Null where there is no such token, or the two are about different people.
 */
export async function readClaims(
  { idToken, accessToken }: { idToken?: string | undefined; accessToken?: string | undefined },
  { found, roleClaim }: { found: Discovered; roleClaim: string | undefined },
): Promise<(Json & { emailVerified: boolean }) | null> {
  if (idToken === undefined) return null;
  const own = JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString()) as Json;
  const wanted = ["email", "email_verified", "name", ...(roleClaim === undefined ? [] : [roleClaim])];
  const isWhole = wanted.every((claim) => claim in own);
  if (isWhole || found.userInfoUrl === undefined || accessToken === undefined) return { ...own, emailVerified: false };
  const more = await readJson(found.userInfoUrl, { authorization: `Bearer ${accessToken}` });
  if (more === undefined || more["sub"] !== own["sub"]) return null;
  return { ...more, ...own, emailVerified: false };
}
