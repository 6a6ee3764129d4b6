import "server-only";
import { listCalls } from "@tachograph/ledger";
import { firstIdAt } from "@tachograph/record";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallParams } from "../calls/call-params.ts";
import type { CallRow } from "../calls/call-row.ts";
import { callRowOf } from "./call-row-of.ts";
import { callFilterOf } from "./calls.ts";
import { getReader } from "./ledger.ts";
import { authorize } from "./viewer.ts";

const POLL_EVERY_MS = 1_000;
/** Rows reach the ledger in the order of their journals, not of their ids: as late as this they are still told. */
const LOOK_BACK_MS = 2 * 60_000;
const LOOK_AHEAD_MS = 60_000;
const MAX_ROWS = 200;
/** Whoever follows for longer asks again, and shows again that they may. */
const LASTS_MS = 60_000;

/** What arrived since the last time. */
export interface TailBatch {
  /** Newest first. */
  rows: CallRow[];
  /** Whether more arrived than are told: then there is a hole. */
  hasHole: boolean;
}

/**
 * Calls of the screen as they arrive, for a minute.
 *
 * @param after - Id of the newest row that is known already.
 */
export async function tailCalls(
  params: CallParams,
  { after, signal }: { after: string | null; signal: AbortSignal },
): Promise<AsyncGenerator<TailBatch>> {
  await authorize("rows", params.project);
  return follow(params, after, signal);
}

async function* follow(params: CallParams, after: string | null, signal: AbortSignal): AsyncGenerator<TailBatch> {
  const { project } = params;
  const filter = callFilterOf(params);
  const startedAt = Date.now();
  const known = after ?? firstIdAt(startedAt);
  let seen: ReadonlySet<string> | undefined;
  while (!signal.aborted && Date.now() - startedAt < LASTS_MS) {
    const now = Date.now();
    const window = { from: now - LOOK_BACK_MS, to: now + LOOK_AHEAD_MS };
    const { rows, nextCursor } = await listCalls(getReader(), { project, ...window, filter, limit: MAX_ROWS });
    const before = seen;
    const fresh = rows.filter(({ id }) => (before === undefined ? id > known : !before.has(id)));
    const hasHole = nextCursor !== null && fresh.length === rows.length;
    seen = new Set([...(hasHole ? [] : (before ?? [])), ...rows.map(({ id }) => id)].slice(-MAX_ROWS * 100));
    yield { rows: fresh.map((call) => callRowOf(call, project)), hasHole };
    await sleep(POLL_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}
