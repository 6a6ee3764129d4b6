import { spendLoginToken } from "../../../data/login-link.ts";
import { createRateLimit } from "../../../data/rate-limit.ts";

const attempts = createRateLimit({ max: 30, windowSeconds: 60 });

const to = (location: string, headers = new Headers()): Response => {
  headers.set("location", location);
  headers.set("cache-control", "no-store");
  headers.delete("content-type");
  headers.delete("content-length");
  return new Response(null, { status: 303, headers });
};

/** Spends the token of a one-time link and signs its bearer in. */
export async function GET(request: Request): Promise<Response> {
  if (!attempts()) return to("/login?problem=busy");
  const token = new URL(request.url).searchParams.get("token") ?? "";
  const signedIn = /^[A-Za-z]{32}$/.test(token) ? await spendLoginToken(token, request.headers) : undefined;
  return signedIn === undefined ? to("/login?problem=link") : to("/", signedIn);
}
