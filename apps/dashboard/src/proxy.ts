import { getSessionCookie } from "better-auth/cookies";
import { NextResponse, type NextRequest } from "next/server";
import { isAllowedHost } from "./allowed-host.ts";
import { cookiePrefixFor } from "./session-cookie.ts";

const development = process.env.NODE_ENV === "development";

/** Reachable without a session; everything else is turned away here and again where data is read. */
const open = new Set([
  "/login",
  "/login/link",
  "/login/password",
  "/login/provider",
  "/api/auth/callback/oidc",
  "/api/health",
  "/api/login-link",
]);

/** A program with a key: the route looks at it. */
const isOfProgram = (pathname: string, headers: Headers): boolean =>
  pathname.startsWith("/api/v1/") && (headers.get("authorization") ?? "").startsWith("Bearer tgk_");

const MAX_URL_LENGTH = 4096;

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // Next's development overlay injects styles of its own.
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    // Bars and virtual rows are placed by style attributes, which cannot run script.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const otherHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
} as const;

function secured(response: NextResponse, policy: string): NextResponse {
  response.headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(otherHeaders)) response.headers.set(name, value);
  return response;
}

function baseUrl(): string {
  return process.env.TACHOGRAPH_URL ?? `http://127.0.0.1:${process.env.PORT ?? "3000"}`;
}

export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const url = baseUrl();

  if (!isAllowedHost(request.headers.get("host"), url)) {
    return secured(
      new NextResponse("This dashboard does not answer under this name. Open it at its own address.\n", {
        status: 421,
      }),
      policy,
    );
  }
  // Pages of ours need a fraction of this, and each character of a filter comes back many times in a page.
  if (request.url.length > MAX_URL_LENGTH) {
    return secured(new NextResponse("This address is too long.\n", { status: 414 }), policy);
  }
  const { pathname } = request.nextUrl;
  const isOpen = open.has(pathname) || isOfProgram(pathname, request.headers);
  if (!isOpen && !getSessionCookie(request, { cookiePrefix: cookiePrefixFor(url) })) {
    if (request.method !== "GET" || pathname.startsWith("/api/")) {
      return secured(NextResponse.json({ error: "Sign in first: npm run login" }, { status: 401 }), policy);
    }
    return secured(NextResponse.redirect(new URL("/login", request.url)), policy);
  }

  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  return secured(NextResponse.next({ request: { headers } }), policy);
}

export const config = { matcher: ["/((?!_next/static/|icon\\.svg$).*)"] };
