import { beginProviderSignIn } from "../../../data/provider-sign-in.ts";

/** Sends the browser to the identity provider. */
export async function GET(request: Request): Promise<Response> {
  const begun = await beginProviderSignIn(request.headers);
  const headers = typeof begun === "string" ? new Headers({ location: `/login?problem=${begun}` }) : begun;
  headers.set("cache-control", "no-store");
  headers.delete("content-type");
  headers.delete("content-length");
  return new Response(null, { status: 303, headers });
}
