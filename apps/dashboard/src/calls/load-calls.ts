"use server";

import {
  findCallDetail,
  findCallRequest,
  findPayloadTexts,
  findRowNeighbours,
  getPayloadSlice,
  listCallRows,
  listFieldValues,
} from "../data/calls.ts";
import type { TextSlice } from "../inert/inert-block.tsx";
import type { Page } from "../table/use-pages.ts";
import type { CallDetail, PayloadPart, PayloadTexts } from "./call-detail.ts";
import { loadCallParams } from "./call-params.ts";
import type { FacetValue } from "./facet.ts";
import type { Neighbours } from "./neighbours.ts";
import type { CallRow } from "./call-row.ts";

// The client asks for more of what it shows. What arrives here may come from anybody: each function it calls checks the
// session, and the query goes through the same parsers as the page's URL.

/** The next rows of the calls screen whose URL query is `query`. */
export async function loadCalls(query: string, cursor: string): Promise<Page<CallRow>> {
  return listCallRows(loadCallParams(new URLSearchParams(query)), { cursor });
}

/** What completes a field of a search, counted with the other filters of the screen in force. */
export async function loadFieldValues(query: string, field: string, typed: string): Promise<FacetValue[]> {
  return listFieldValues(loadCallParams(new URLSearchParams(query)), field, typed);
}

export async function loadCallDetail(key: { project: string; id: string }): Promise<CallDetail | null> {
  return (await findCallDetail(key)) ?? null;
}

/** The rows next to a call on the calls screen whose URL query is `query`. */
export async function loadRowNeighbours(query: string, callId: string): Promise<Neighbours> {
  const { newer, older } = await findRowNeighbours(loadCallParams(new URLSearchParams(query)), callId);
  return { previous: newer, next: older };
}

/** @throws where the arguments are not stored, or not for this viewer */
export async function loadCallRequest(key: { project: string; id: string }): Promise<string> {
  const request = await findCallRequest(key);
  if (request === undefined) throw new Error("The request of this call cannot be read.");
  return request;
}

export async function loadPayloadTexts(key: { project: string; id: string }): Promise<PayloadTexts | null> {
  return findPayloadTexts(key);
}

/** More of a long text of a call, from an offset in UTF-16 units. */
export async function loadPayloadSlice(
  key: { project: string; id: string },
  part: PayloadPart,
  offset: number,
): Promise<TextSlice> {
  return getPayloadSlice(key, part, offset);
}
