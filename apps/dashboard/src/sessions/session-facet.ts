import type { FacetValue } from "../calls/facet.ts";

export type SessionFacetName = "only" | "client" | "principal" | "server" | "tool";

/** The values of one field of the sessions, counted without this facet's own filter. */
export interface SessionFacet {
  name: SessionFacetName;
  title: string;
  values: FacetValue[];
  /** Where only the newest sessions were counted: how many. */
  ofNewest: number | null;
}
