import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { keepRequestSignals } from "./request-signal.ts";

/** Tells whatever answers a request, however deep in Next, whether its browser still waits. */
export function followRequests(): void {
  const storage = new AsyncLocalStorage<AbortSignal>();
  keepRequestSignals(storage);
  // Sent in the turn in which Node hands the request on, so that all of its handling comes after it.
  subscribe("http.server.request.start", (message) => {
    const { response } = message as { response: ServerResponse };
    const leaving = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) leaving.abort();
    });
    storage.enterWith(leaving.signal);
  });
}
