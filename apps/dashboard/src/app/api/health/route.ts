import { isHealthy } from "../../../data/health.ts";

/** For whoever started the service: nothing but whether it is up. */
export async function GET(): Promise<Response> {
  const healthy = await isHealthy();
  return Response.json(
    { status: healthy ? "ok" : "starting" },
    { status: healthy ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
}
