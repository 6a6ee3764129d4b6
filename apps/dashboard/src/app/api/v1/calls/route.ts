import { answerCallRows } from "../../../../data/calls.ts";

/** Calls for a program: the same query as the calls screen's, `cursor` for the next page. No arguments, no results. */
export async function GET(request: Request): Promise<Response> {
  return answerCallRows(request);
}
