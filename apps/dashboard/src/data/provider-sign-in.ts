import "server-only";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { createAuth } from "./auth.ts";
import { clientAddress } from "./client-address.ts";
import { readOidcSettings, type OidcSettings } from "./oidc.ts";
import { discoverProvider, readClaims, type Discovered } from "./provider-claims.ts";
import { createKeyedRateLimit } from "./rate-limit.ts";
import { getSettings } from "./settings.ts";
import { admitClaims, recordFailedSignIn, signingIn, type SignIn } from "./sign-in-hooks.ts";

/** Names the provider in addresses. */
const OIDC_PROVIDER = "oidc";

const attempts = createKeyedRateLimit({ max: 60, windowSeconds: 300 });

/** What the login page says of a sign-in that did not come to an end. */
type Problem = "busy" | "provider" | "provider-down" | "not-admitted";

const providerOf = (oidc: OidcSettings, found: Discovered) =>
  genericOAuth({
    config: [
      {
        providerId: OIDC_PROVIDER,
        discoveryUrl: found.discoveryUrl,
        requireIdTokenVerification: true,
        clientId: oidc.clientId,
        clientSecret: oidc.clientSecret,
        authentication: found.isSecretInHeader ? "basic" : "post",
        scopes: [...oidc.scopes],
        pkce: true,
        getUserInfo: (tokens) => readClaims(tokens, { found, roleClaim: oidc.roleClaim?.claim }),
        mapProfileToUser: (claims) => admitClaims(claims, oidc),
      },
    ],
  });

const held = globalThis as { tachographProviderAuth?: ReturnType<typeof createAuth> };

/**
 * Apart from what everybody else signs in with, so that a provider that is down or silent keeps nobody else out.
 * Undefined where none is configured or it does not answer.
 */
async function findProviderAuth(): Promise<ReturnType<typeof createAuth> | undefined> {
  if (held.tachographProviderAuth !== undefined) return held.tachographProviderAuth;
  const oidc = readOidcSettings();
  if (oidc === undefined) return undefined;
  const found = await discoverProvider(oidc.issuer);
  if (found === undefined) return undefined;
  held.tachographProviderAuth = createAuth(providerOf(oidc, found));
  return held.tachographProviderAuth;
}

/** Sends the browser to the provider; says what is wrong where that cannot be. */
export async function beginProviderSignIn(requestHeaders: Headers): Promise<Headers | Problem> {
  if (!attempts.take(clientAddress(requestHeaders) ?? "")) return "busy";
  const auth = await findProviderAuth();
  if (auth === undefined) return "provider-down";
  const { url } = getSettings();
  try {
    const { headers, response } = await auth.api.signInSocial({
      body: {
        provider: OIDC_PROVIDER,
        callbackURL: `${url}/login`,
        errorCallbackURL: `${url}/login?problem=provider`,
        disableRedirect: true,
      },
      headers: requestHeaders,
      returnHeaders: true,
    });
    if (response.url === undefined) return "provider";
    headers.set("location", response.url);
    return headers;
  } catch (error) {
    if (error instanceof Error && error.name === "APIError") return "provider";
    throw error;
  }
}

/** What the provider's answer comes to: a redirect that sets the session cookie, or one back to the login page. */
export async function endProviderSignIn(request: Request): Promise<Response> {
  const address = clientAddress(request.headers);
  const toLogin = (problem: Problem): Response =>
    new Response(null, { status: 303, headers: { location: `/login?problem=${problem}` } });
  if (!attempts.take(address ?? "")) return toLogin("busy");
  const auth = await findProviderAuth();
  if (auth === undefined) return toLogin("provider-down");
  const signIn: SignIn = { method: "provider", address };
  const answer = await signingIn(signIn, () => auth.handler(request));
  if (answer.headers.get("location") === `${getSettings().url}/login`) return answer;
  await recordFailedSignIn(signIn);
  return toLogin(signIn.refusal === undefined ? "provider" : "not-admitted");
}
