import { storable } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import type { CallFilter } from "./call-filter.ts";
import { idsIn, type Scope } from "./window.ts";

/** How many rows are looked at to count what no rollup counts. */
export const LOOKED_AT = 20_000;

/** Where looking back ends. */
export interface LookBack {
  /** The rows with ids above this are looked at; null where that is the whole window. */
  afterId: string | null;
}

/**
 * The part of a filter that an index leads to, in the order of ids: the most selective one. Whatever else it says is
 * judged row by row.
 */
export function leadOf({ sessionId, operationId, principals, tools, toolPrefix, outcomes }: CallFilter): {
  lead: RawBuilder<boolean>;
  /** What of the filter the index judges. */
  fields: (keyof CallFilter)[];
} {
  if (operationId !== undefined) {
    return { lead: sql`operation_id = ${storable(operationId)}`, fields: ["operationId"] };
  }
  if (sessionId !== undefined) return { lead: sql`session_id = ${storable(sessionId)}`, fields: ["sessionId"] };
  const [principal, ...otherPrincipals] = principals ?? [];
  if (principal !== undefined && otherPrincipals.length === 0) {
    return { lead: sql`principal = ${storable(principal)}`, fields: ["principals"] };
  }
  const [outcome, ...otherOutcomes] = outcomes ?? [];
  const byOutcome =
    outcome !== undefined && outcome !== "ok" && otherOutcomes.length === 0
      ? sql<boolean>`outcome = ${outcome} and outcome <> 'ok'`
      : undefined;
  const [tool, ...otherTools] = tools ?? [];
  const byTool =
    tool !== undefined && otherTools.length === 0 && toolPrefix === undefined
      ? sql<boolean>`tool = ${storable(tool)}`
      : undefined;
  if (byTool !== undefined && byOutcome !== undefined) {
    return { lead: sql`${byTool} and ${byOutcome}`, fields: ["tools", "outcomes"] };
  }
  if (byOutcome !== undefined) return { lead: byOutcome, fields: ["outcomes"] };
  return byTool === undefined ? { lead: sql`true`, fields: [] } : { lead: byTool, fields: ["tools"] };
}

/** Whether an index leads to all that a filter lets pass, or to nothing else in the order of ids. */
export const isLed = (filter: CallFilter): boolean => {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const { fields } = leadOf(filter);
  return given.every(([field]) => (fields as string[]).includes(field));
};

/** Finds where the newest `rows` of a window end among those that an index leads to. */
export async function lookBack(
  ledger: Ledger,
  options: Scope & { filter?: CallFilter; beforeId?: string | undefined; rows?: number },
): Promise<LookBack> {
  const { project, filter = {}, beforeId, rows = LOOKED_AT } = options;
  const { lead } = leadOf(filter);
  const before = beforeId === undefined ? sql`` : sql`and id < ${beforeId}::uuid`;
  const found = await sql<{ id: string }>`
    select id from tool_calls where project = ${project} and ${idsIn(options)} ${before} and ${lead}
    order by id desc offset ${rows} limit 1`.execute(ledger.db);
  return { afterId: found.rows[0]?.id ?? null };
}

export const above = ({ afterId }: LookBack): RawBuilder<unknown> =>
  afterId === null ? sql`` : sql`and id > ${afterId}::uuid`;
