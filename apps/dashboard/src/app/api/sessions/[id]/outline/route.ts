import { readOutline } from "../../../../../data/session-outline.ts";
import { findPerson, NotAllowedError } from "../../../../../data/viewer.ts";
import { toLines } from "../../../../../sessions/outline-stream.ts";
import { loadTimelineParams } from "../../../../../sessions/timeline-params.ts";

/** The outline of a session as lines of JSON, each as soon as its calls are read. */
export async function GET(request: Request, { params }: RouteContext<"/api/sessions/[id]/outline">): Promise<Response> {
  if ((await findPerson()) === undefined) return Response.json({ error: "Sign in first." }, { status: 401 });
  const { id } = await params;
  const { project, q } = loadTimelineParams(new URL(request.url).searchParams);
  try {
    const pieces = await readOutline({ project, sessionId: id, text: q ?? undefined });
    return new Response(toLines(pieces), {
      headers: { "content-type": "text/x-ndjson; charset=utf-8", "cache-control": "no-store" },
    });
  } catch (error) {
    if (error instanceof NotAllowedError) return Response.json({ error: error.message }, { status: 403 });
    throw error;
  }
}
