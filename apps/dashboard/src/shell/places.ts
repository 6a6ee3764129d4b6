import { isUuid } from "@tachograph/record";
import { callQuery, type CallParams } from "../calls/call-params.ts";
import { callHref, sessionHref } from "../scope/hrefs.ts";

const MIN_ID_LENGTH = 8;
const operationId = /^[0-9a-f]{32,128}$/i;

/** Where a text that somebody has at hand may lead: an id out of a log, a name, part of an error. */
export function placesFor(text: string, { project, query }: { project: string; query: string }): Place[] {
  const wanted = text.trim();
  if (wanted === "") return [];
  const scope = Object.fromEntries(new URLSearchParams(query));
  const calls = (filter: Partial<CallParams>): string => {
    const all = new URLSearchParams(callQuery(filter));
    for (const [name, value] of Object.entries(scope)) all.set(name, value);
    return `/calls?${all.toString()}`;
  };
  const shown = wanted.length > 40 ? `${wanted.slice(0, 40)}…` : wanted;
  const places: Place[] = [];
  if (isUuid(wanted)) places.push({ label: `Open the call ${shown}`, href: callHref({ project, id: wanted }) });
  if (operationId.test(wanted))
    places.push({ label: `Calls of the operation ${shown}`, href: calls({ operation: wanted }) });
  if (wanted.length >= MIN_ID_LENGTH && !/\s/.test(wanted)) {
    places.push({ label: `Open the session ${shown}`, href: sessionHref({ project, sessionId: wanted }) });
  }
  places.push({ label: `Search calls for “${shown}”`, href: calls({ q: wanted }) });
  return places;
}

export interface Place {
  label: string;
  href: string;
}
