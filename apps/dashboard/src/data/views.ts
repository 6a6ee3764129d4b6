import "server-only";
import { listSavedViews, recordSavedView, removeSavedView } from "@tachograph/ledger";
import { isUuid } from "@tachograph/record";
import { MAX_NAME_LENGTH, viewQuery, viewScreens, type ViewList, type ViewScreen } from "../views/view.ts";
import { getLedger, getReader } from "./ledger.ts";
import { authorize } from "./viewer.ts";

/** The views of a screen that the viewer keeps, and those that are shared with them. */
export async function listViews(project: string, screen: ViewScreen): Promise<ViewList> {
  const viewer = await authorize("rows", project);
  const views = await listSavedViews(getReader(), { project, screen, userId: viewer.id });
  return {
    canShare: viewer.can("shared_views"),
    views: views.map(({ id, name, query, isShared, isOwn, ownerName }) => ({
      id,
      name,
      query,
      isShared,
      isOwn,
      ownerName,
    })),
  };
}

/**
 * Keeps what the viewer looks at; one of theirs of the same name is replaced.
 *
 * @returns what is wrong with it, in a sentence; undefined where it is kept
 */
export async function keepView(
  project: string,
  view: { screen: string; name: string; query: string; isShared: boolean },
): Promise<string | undefined> {
  const viewer = await authorize(view.isShared ? "shared_views" : "rows", project);
  // The types hold for our own pages; anybody can send anything.
  if (typeof view.name !== "string") return "A view needs a name.";
  const screen = viewScreens.find((known) => known === view.screen);
  const name = view.name.trim();
  const query = viewQuery(new URLSearchParams(view.query));
  if (screen === undefined) return "Views of this screen cannot be kept.";
  if (name === "") return "A view needs a name.";
  if (name.length > MAX_NAME_LENGTH) return `A name has ${MAX_NAME_LENGTH} characters at most.`;
  if (query === undefined) return "This view has too many filters to be kept. Take some away.";
  await recordSavedView(getLedger(), { project, screen, userId: viewer.id, name, query, isShared: view.isShared });
  return undefined;
}

/** Removes a view of the viewer's or, where they may, one that somebody shared. */
export async function removeView(project: string, id: string): Promise<void> {
  const viewer = await authorize("rows", project);
  if (!isUuid(id)) return;
  const isRemoved = await removeSavedView(getLedger(), { project, id, userId: viewer.id });
  if (!isRemoved && viewer.can("shared_views")) await removeSavedView(getLedger(), { project, id, userId: undefined });
}
