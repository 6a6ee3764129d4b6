import { isUuid } from "@tachograph/record";
import { loadCallParams } from "../../../../calls/call-params.ts";
import { tailCalls } from "../../../../data/tail-calls.ts";
import { findPerson } from "../../../../data/viewer.ts";

/** Calls as they arrive, as server-sent events: the same query as the screen's, and the newest row that is known. */
export async function GET(request: Request): Promise<Response> {
  if ((await findPerson()) === undefined) return Response.json({ error: "Sign in first." }, { status: 401 });
  const { searchParams } = new URL(request.url);
  const given = searchParams.get("after");
  const after = given !== null && isUuid(given) ? given : null;
  const batches = await tailCalls(loadCallParams(searchParams), { after, signal: request.signal });
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await batches.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
      } catch {
        // The browser comes again by itself, and what failed is in the log of whoever answered.
        controller.close();
      }
    },
    async cancel() {
      await batches.return(undefined);
    },
  });
  return new Response(stream, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}
