import { answerSessionRows } from "../../../../data/sessions.ts";

/** Sessions for a program: the same query as the sessions screen's, `cursor` for the next page. */
export async function GET(request: Request): Promise<Response> {
  return answerSessionRows(request);
}
