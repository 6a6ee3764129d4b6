import { beginProviderSignIn } from "../../../data/sign-in.ts";

/** Sends the browser to the identity provider. */
export async function GET(request: Request): Promise<Response> {
  const headers = (await beginProviderSignIn(request.headers)) ?? new Headers({ location: "/login?problem=provider" });
  headers.set("cache-control", "no-store");
  headers.delete("content-type");
  headers.delete("content-length");
  return new Response(null, { status: 303, headers });
}
