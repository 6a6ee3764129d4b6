import "server-only";
import {
  countSessions,
  countSessionsBy,
  findSession,
  listSessions,
  type SessionFacet as CountedFacet,
  tellSession,
  type SessionSummary,
  type ToolTrouble,
} from "@tachograph/ledger";
import { RETRY_WINDOW_MS } from "@tachograph/record";
import type { CappedCount } from "../calls/call-row.ts";
import type { FacetValue } from "../calls/facet.ts";
import type { SessionFacet } from "../sessions/session-facet.ts";
import { loadSessionParams, type SessionParams } from "../sessions/session-params.ts";
import type { SessionStory, StoryTool } from "../sessions/session-story.ts";
import type { SessionRow } from "../sessions/session-row.ts";
import type { Page } from "../table/use-pages.ts";
import { timeWindowOf } from "../time/time-window.ts";
import { COUNTS_WITHIN_MS, getReader } from "./ledger.ts";
import { answerProgram } from "./program.ts";
import { authorize } from "./viewer.ts";

const PAGE_ROWS = 60;

const scopeOf = (params: SessionParams) => ({
  project: params.project,
  ...timeWindowOf(params, Date.now()),
  sort: params.sort,
  onlyWith: params.only,
  clients: params.client,
  principals: params.principal,
  servers: params.server,
  tools: params.tool,
  search: params.q ?? undefined,
});

function sessionRowOf(session: SessionSummary, project: string): SessionRow {
  return {
    project,
    id: session.sessionId,
    source: session.sessionSource,
    clientName: session.clientName,
    clientVersion: session.clientVersion,
    principals: session.principals,
    servers: session.servers,
    tools: session.tools,
    firstCallAtMs: session.firstCallAt,
    lastCallAtMs: session.lastCallAt,
    durationMs: session.durationMs,
    calls: session.calls,
    outcomes: session.outcomes,
    refusals: session.refusals,
    denials: session.denials,
    retries: session.retries,
    corrections: session.corrections,
    replays: session.replays,
    repeats: session.repeats,
    errors: session.errors,
    unknownEffects: session.unknownEffects,
  };
}

/** The rows of the sessions screen. */
export async function listSessionRows(
  params: SessionParams,
  { cursor }: { cursor?: string } = {},
): Promise<Page<SessionRow>> {
  await authorize("rows", params.project);
  return readSessionRows(params, { cursor });
}

/** The same for a program with a key, as JSON. */
export async function answerSessionRows(request: Request): Promise<Response> {
  return answerProgram(request, (project, query, page) =>
    readSessionRows({ ...loadSessionParams(query), project }, page),
  );
}

async function readSessionRows(params: SessionParams, { cursor }: { cursor?: string }): Promise<Page<SessionRow>> {
  const page = await listSessions(getReader(), { ...scopeOf(params), limit: PAGE_ROWS, cursor });
  return { rows: page.rows.map((session) => sessionRowOf(session, params.project)), nextCursor: page.nextCursor };
}

export async function countSessionRows(params: SessionParams): Promise<CappedCount> {
  await authorize("rows", params.project);
  return countSessions(getReader(COUNTS_WITHIN_MS), scopeOf(params));
}

const facetTitles: Readonly<Record<CountedFacet, string>> = {
  only: "With",
  client: "Client",
  principal: "Principal",
  server: "Server",
  tool: "Tool",
};

/** For each field the values that are left with the other filters in force. */
export async function listSessionFacets(params: SessionParams): Promise<SessionFacet[]> {
  await authorize("rows", params.project);
  const { facets, ofNewest } = await countSessionsBy(getReader(COUNTS_WITHIN_MS), scopeOf(params));
  return (Object.keys(facetTitles) as CountedFacet[]).map((name) => ({
    name,
    title: facetTitles[name],
    values: valuesOf(facets[name]),
    ofNewest,
  }));
}

const MAX_VALUES = 12;

/** Values of a field that a search can name, which hold what is typed, with how many sessions have them. */
export async function listSessionFieldValues(
  params: SessionParams,
  field: string,
  typed: string,
): Promise<FacetValue[]> {
  await authorize("rows", params.project);
  if (!Object.hasOwn(facetTitles, field)) return [];
  const { facets } = await countSessionsBy(getReader(COUNTS_WITHIN_MS), scopeOf(params));
  const wanted = typed.toLowerCase();
  return valuesOf(facets[field as CountedFacet])
    .filter(({ value }) => value.toLowerCase().includes(wanted))
    .slice(0, MAX_VALUES);
}

const valuesOf = (counts: readonly { value: string | null; count: number }[]): FacetValue[] =>
  counts.flatMap(({ value, count }) => (value === null ? [] : [{ value, count }]));

/** One session; undefined where there is none. */
export async function findSessionRow({
  project,
  sessionId,
}: {
  project: string;
  sessionId: string;
}): Promise<SessionRow | undefined> {
  await authorize("rows", project);
  const session = await findSession(getReader(), { project, sessionId });
  return session && sessionRowOf(session, project);
}

const storyTool = ({ serverName, tool, calls, firstAt, lastAt }: ToolTrouble): StoryTool => ({
  serverName,
  tool,
  calls,
  firstAtMs: firstAt,
  lastAtMs: lastAt,
});

/** Whether anything happened twice in a session, and whether it is retrying. */
export async function getSessionStory(session: { project: string; sessionId: string }): Promise<SessionStory> {
  await authorize("rows", session.project);
  const { twice, twiceCount, retries, denials } = await tellSession(getReader(), session);
  const last = Math.max(...retries.map(({ lastAt }) => lastAt));
  return {
    twice: twice.map(({ id, tool, startedAt }) => ({ id, tool, startedAtMs: startedAt })),
    twiceCount,
    retries: retries.map(storyTool),
    denials: denials.map(storyTool),
    isRetrying: Date.now() - last < RETRY_WINDOW_MS,
  };
}
