import { createHmac, timingSafeEqual } from "node:crypto";
import { OAuthError, OAuthErrorCode, type AuthInfo } from "@modelcontextprotocol/server";
import { z } from "zod";

const claimsSchema = z.object({
  clientId: z.string(),
  subject: z.string(),
  scopes: z.array(z.string()),
  /** Seconds since the epoch. */
  expiresAt: z.number(),
});
export type AccessTokenClaims = z.infer<typeof claimsSchema>;

const sign = (key: string, body: string): string => createHmac("sha256", key).update(body).digest("base64url");

/** Mints a bearer token as the demo's authorization server would. */
export function mintAccessToken(key: string, claims: AccessTokenClaims): string {
  const body = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${body}.${sign(key, body)}`;
}

/** @throws {OAuthError} `invalid_token` where the signature is not ours. Expiry is checked by the SDK. */
export function verifyAccessToken(key: string, token: string): AuthInfo {
  const [body = "", signature = ""] = token.split(".");
  const expected = Buffer.from(sign(key, body));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new OAuthError(OAuthErrorCode.InvalidToken, "The access token is not one of ours");
  }
  const claims = claimsSchema.parse(JSON.parse(Buffer.from(body, "base64url").toString()));
  return {
    token,
    clientId: claims.clientId,
    scopes: claims.scopes,
    expiresAt: claims.expiresAt,
    extra: { sub: claims.subject },
  };
}
