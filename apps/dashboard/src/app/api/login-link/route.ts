import { createLoginLink, isStartSecret } from "../../../data/login-link.ts";
import { createRateLimit } from "../../../data/rate-limit.ts";

const wrongSecrets = createRateLimit({ max: 10, windowSeconds: 60 });

/** Gives a one-time login link to whoever knows the secret of this start. */
export async function POST(request: Request): Promise<Response> {
  if (!isStartSecret(request.headers.get("authorization"))) {
    const status = wrongSecrets() ? 401 : 429;
    return Response.json({ error: "not allowed" }, { status, headers: { "cache-control": "no-store" } });
  }
  return Response.json({ url: await createLoginLink() }, { headers: { "cache-control": "no-store" } });
}
