import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import { countValues, type FieldCount } from "./call-counts.ts";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { above, lookBack } from "./look-back.ts";
import { idsIn, type Scope } from "./window.ts";

/** What calls can have in common. */
const contrastedFields = [
  "tool",
  "server_name",
  "server_version",
  "tool_def_hash",
  "principal",
  "auth_method",
  "client_name",
  "client_version",
  "protocol_version",
  "transport",
  "session_id",
  "mutability",
  "retry_kind",
  "rule",
  "policy_hash",
  "error_code",
] as const;

export type ContrastedField = (typeof contrastedFields)[number];

export interface ContrastedValue {
  field: ContrastedField;
  /** Null where the calls have none. */
  value: string | null;
  /** How many of these calls have it, and how many of the others. */
  these: number;
  others: number;
}

/** How some calls differ from others of their time. */
export interface CallContrast {
  /** Widest apart first, by their shares. */
  values: ContrastedValue[];
  /** How many calls were looked at: the newest, 5,000 at most of each side. */
  these: number;
  others: number;
  /** Filters that hold for the others too. */
  shared: CallFilter;
}

/** What a call turned out to be, other than who made it and of what. */
const turnedOut = [
  "outcomes",
  "effects",
  "retryKinds",
  "errorCodes",
  "rule",
  "operationId",
  "text",
] as const satisfies readonly (keyof CallFilter)[];

/** Shares of so many are right to a percent or two. */
const LOOKED_AT = 5_000;
const MOST_OF_THESE = 20;
const MOST_OF_OTHERS = 200;
const MAX_VALUES = 12;
/** Shares that are nearer to each other say nothing. */
const MIN_DISTANCE = 0.1;

/**
 * What sets the calls of a filter apart from the others of the window: where the filter says how calls turned out, from
 * those of the same kind that turned out otherwise; else from all others.
 */
export async function contrastCalls(ledger: Ledger, options: Scope & { filter: CallFilter }): Promise<CallContrast> {
  const { project, filter } = options;
  const shared: CallFilter = { ...filter };
  for (const field of turnedOut) delete shared[field];
  const hasTurnedOut = turnedOut.some((field) => filter[field] !== undefined);
  const common = hasTurnedOut ? shared : {};

  const count = async (
    wanted: CallFilter,
    except: RawBuilder<unknown>,
    most: number,
  ): Promise<{ values: Record<ContrastedField, FieldCount[]>; looked: number }> => {
    const looked = await lookBack(ledger, { ...options, filter: wanted, rows: LOOKED_AT });
    const source = sql`select *, 1 as calls from tool_calls
      where project = ${project} and ${idsIn(options)} ${above(looked)} ${andFilter(wanted)} ${except}`;
    const values = await countValues(ledger, { source, fields: contrastedFields, most });
    // A closed set with few members: its counts are those of all that was looked at.
    return { values, looked: values.transport.reduce((sum, { count: calls }) => sum + calls, 0) };
  };
  const [these, others] = await Promise.all([
    count(filter, sql``, MOST_OF_THESE),
    count(common, sql`and not coalesce((true ${andFilter(filter)}), false)`, MOST_OF_OTHERS),
  ]);

  const share = (calls: number, looked: number): number => (looked === 0 ? 0 : calls / looked);
  const distance = (value: ContrastedValue): number =>
    share(value.these, these.looked) - share(value.others, others.looked);
  const countOf = (counts: readonly FieldCount[], value: string | null): number =>
    counts.find((counted) => counted.value === value)?.count ?? 0;
  const values = contrastedFields.flatMap((field) => {
    const [own, foreign] = [these.values[field], others.values[field]];
    // That these have a value says already that they do not lack one.
    const missing = foreign.filter(({ value }) => value !== null).slice(0, MOST_OF_THESE);
    return [...new Set([...own, ...missing].map(({ value }) => value))].map((value) => ({
      field,
      value,
      these: countOf(own, value),
      others: countOf(foreign, value),
    }));
  });
  return {
    values: values
      .filter((value) => (value.value === null ? distance(value) : Math.abs(distance(value))) >= MIN_DISTANCE)
      .toSorted((one, other) => Math.abs(distance(other)) - Math.abs(distance(one)))
      .slice(0, MAX_VALUES),
    these: these.looked,
    others: others.looked,
    shared: common,
  };
}
