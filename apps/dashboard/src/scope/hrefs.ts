import { scopeQuery, type ScopeParams } from "./scope.ts";

/** The page of one call. */
export const callHref = ({ project, id }: { project: string; id: string }): string =>
  `/calls/${id}${scopeQuery({ project })}`;

/** The page of one session, with one of its calls open. */
export const sessionHref = (session: { project: string; sessionId: string; callId?: string }): string => {
  const query = scopeQuery({ project: session.project });
  const path = `/sessions/${encodeURIComponent(session.sessionId)}${query}`;
  return session.callId === undefined ? path : `${path}${query === "" ? "?" : "&"}call=${session.callId}`;
};

/** The page of one operation. */
export const operationHref = ({ project, id }: { project: string; id: string }): string =>
  `/operations/${encodeURIComponent(id)}${scopeQuery({ project })}`;

/** The page of one tool, over the same time. */
export const toolHref = ({
  server,
  tool,
  project,
  range,
  from,
  to,
}: ScopeParams & { server: string; tool: string }): string =>
  `/tools/${encodeURIComponent(server)}/${encodeURIComponent(tool)}${scopeQuery({ project, range, from, to })}`;
