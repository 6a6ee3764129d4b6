/** The screens of which views can be kept. */
export const viewScreens = ["calls", "sessions"] as const;
export type ViewScreen = (typeof viewScreens)[number];

/** A view of a screen under a name. */
export interface View {
  id: string;
  name: string;
  /** Of the screen's URL, without a question mark and the project. */
  query: string;
  isShared: boolean;
  isOwn: boolean;
  ownerName: string;
}

/** The views of a screen, and what the viewer may do with them. */
export interface ViewList {
  views: View[];
  /** Whether they may share one with everybody in the project, and remove those of others. */
  canShare: boolean;
}

export const MAX_NAME_LENGTH = 80;
const MAX_QUERY_LENGTH = 2_000;

/** Where a view is looked at, or what belongs to one visit only. */
const notKept = new Set(["project", "call", "live"]);

/** The part of a query that makes a view; undefined where it is too long to keep. */
export function viewQuery(search: URLSearchParams): string | undefined {
  const kept = new URLSearchParams([...search].filter(([name]) => !notKept.has(name)));
  const query = kept.toString();
  return query.length <= MAX_QUERY_LENGTH ? query : undefined;
}
