import type { HttpStep } from "../http-mount.ts";

/** Requests that a trial key is good for. */
const TRIAL_REQUESTS = 7;

/** Answers 429 once an API key that starts with `trial-` has used up its requests. Other keys are not limited. */
export function limitTrialKeys(): HttpStep {
  const used = new Map<string, number>();
  return (request, response, next) => {
    const key = request.headers["x-api-key"];
    if (request.method !== "POST" || typeof key !== "string" || !key.startsWith("trial-")) return next();
    const count = (used.get(key) ?? 0) + 1;
    used.set(key, count);
    if (count <= TRIAL_REQUESTS) return next();
    response
      .writeHead(429, { "content-type": "application/json", "retry-after": "30" })
      .end('{"error":"trial quota used up"}');
  };
}
