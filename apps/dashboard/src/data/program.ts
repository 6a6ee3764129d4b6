import "server-only";
import { findApiKey, LedgerError, recordAccess } from "@tachograph/ledger";
import type { Page } from "../table/use-pages.ts";
import { clientAddress } from "./client-address.ts";
import { getLedger } from "./ledger.ts";
import { createKeyedRateLimit } from "./rate-limit.ts";

const perAddress = createKeyedRateLimit({ max: 600, windowSeconds: 60 });
const perKey = createKeyedRateLimit({ max: 300, windowSeconds: 60 });
const LOGGED_AGAIN_AFTER_SECONDS = 600;

const answer = (body: unknown, status = 200): Response =>
  Response.json(body, { status, headers: { "cache-control": "no-store" } });

/**
 * Answers a program that shows a key, with what a viewer of the key's project may see. `read` is given that project and
 * the cursor of the request.
 */
export async function answerProgram<Row>(
  request: Request,
  read: (project: string, query: URLSearchParams, page: { cursor?: string }) => Promise<Page<Row>>,
): Promise<Response> {
  const address = clientAddress(request.headers);
  if (!perAddress.take(address ?? "")) return answer({ error: "Too many requests. Wait a minute." }, 429);
  const shown = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  const key = shown === undefined ? undefined : await findApiKey(getLedger(), shown);
  if (key === undefined) {
    return answer({ error: "Send a key that is in force: authorization: Bearer tgk_… (Settings, API keys)." }, 401);
  }
  if (!perKey.take(key.id)) return answer({ error: "Too many requests with this key. Wait a minute." }, 429);
  const { searchParams } = new URL(request.url);
  const asked = searchParams.get("project");
  if (asked !== null && asked !== key.project) {
    return answer({ error: `This key reads the project ${key.project} only.` }, 403);
  }
  await recordAccess(
    getLedger(),
    {
      project: key.project,
      userId: `key:${key.id}`,
      userName: key.name,
      userRole: "viewer",
      action: "key_used",
      subject: key.id,
      detail: { prefix: key.prefix },
      reason: null,
      address,
    },
    { onceWithinSeconds: LOGGED_AGAIN_AFTER_SECONDS },
  );
  const cursor = searchParams.get("cursor");
  try {
    return answer(await read(key.project, searchParams, cursor === null ? {} : { cursor }));
  } catch (error) {
    if (error instanceof LedgerError && error.code === "bad_cursor") {
      return answer({ error: `${error.message} ${error.hint}` }, 400);
    }
    throw error;
  }
}
