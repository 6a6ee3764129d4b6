import { storable, type Effect, type Mutability, type Outcome, type RetryKind } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";

/** What is left out does not filter. Members of one list are alternatives. */
export interface CallFilter {
  outcomes?: readonly Outcome[];
  effects?: readonly Effect[];
  retryKinds?: readonly RetryKind[];
  mutabilities?: readonly Mutability[];
  servers?: readonly string[];
  /** Together with `toolPrefix`: either. */
  tools?: readonly string[];
  toolPrefix?: string;
  principals?: readonly string[];
  clients?: readonly string[];
  sessionId?: string;
  errorCodes?: readonly string[];
  /** The rule that decided, or would have decided had it been enforced. */
  rule?: string;
  operationId?: string;
  /** Part of tool, server, session, principal, client, reason or error, in any case. Payloads are not searched. */
  text?: string;
}

type Condition = RawBuilder<boolean>;

/** Of one member, an index that leads to it gives its rows in order; of several it does not. */
function oneOf(column: string, members: readonly string[]): Condition {
  const [only, ...others] = members.map(storable);
  return only === undefined || others.length > 0
    ? sql`${sql.ref(column)} = any(${members.map(storable)}::text[])`
    : sql`${sql.ref(column)} = ${only}`;
}

/** A pattern for LIKE that matches the text itself. */
export const literally = (text: string): string => storable(text).replaceAll(/[\\%_]/g, "\\$&");

const searchedColumns = [
  "tool",
  "server_name",
  "session_id",
  "principal",
  "client_name",
  "reason",
  "error_code",
  "error_message",
];

/** One condition for each field of the filter that is given. */
export const conditionsOf: { [Field in keyof CallFilter]-?: (value: NonNullable<CallFilter[Field]>) => Condition } = {
  outcomes: (members) => oneOf("outcome", members),
  effects: (members) => oneOf("effect", members),
  retryKinds: (members) => oneOf("retry_kind", members),
  mutabilities: (members) => oneOf("mutability", members),
  servers: (members) => oneOf("server_name", members),
  tools: (members) => oneOf("tool", members),
  toolPrefix: (prefix) => sql`tool like ${`${literally(prefix)}%`}`,
  principals: (members) => oneOf("principal", members),
  clients: (members) => oneOf("client_name", members),
  sessionId: (sessionId) => sql`session_id = ${storable(sessionId)}`,
  errorCodes: (members) => oneOf("error_code", members),
  rule: (rule) => sql`(rule = ${storable(rule)} or ${storable(rule)} = any(would_deny))`,
  operationId: (operationId) => sql`operation_id = ${storable(operationId)}`,
  text: (text) => {
    const pattern = `%${literally(text)}%`;
    return sql`(${sql.join(
      [...searchedColumns.map((column) => sql`${sql.ref(column)} ilike ${pattern}`), sql`id::text = ${storable(text)}`],
      sql` or `,
    )})`;
  },
};

/** `and …` for each condition, to stand behind another one. */
export function andFilter(filter: CallFilter): RawBuilder<unknown> {
  const { tools, toolPrefix, ...rest } = filter;
  const conditions = Object.entries(rest).flatMap(([field, value]) =>
    value === undefined ? [] : [(conditionsOf[field as keyof CallFilter] as (value: unknown) => Condition)(value)],
  );
  const byTool = [
    ...(tools === undefined ? [] : [conditionsOf.tools(tools)]),
    ...(toolPrefix === undefined ? [] : [conditionsOf.toolPrefix(toolPrefix)]),
  ];
  if (byTool.length > 0) conditions.push(sql`(${sql.join(byTool, sql` or `)})`);
  return sql.join(
    conditions.map((condition) => sql`and ${condition}`),
    sql` `,
  );
}
