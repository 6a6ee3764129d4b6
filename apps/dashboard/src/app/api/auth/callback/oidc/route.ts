import { endProviderSignIn } from "../../../../../data/provider-sign-in.ts";

/** Where the identity provider sends people back to. */
export async function GET(request: Request): Promise<Response> {
  return endProviderSignIn(request);
}
