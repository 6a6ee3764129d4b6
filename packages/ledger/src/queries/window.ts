import { firstIdAt } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";

/** A project and a time window `[from, to)`, in milliseconds since the epoch, of the time in the rows' ids. */
export interface Scope {
  project: string;
  from: number;
  to: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

const bucketSizes = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS];
const MAX_BUCKETS = 180;

/** The smallest of a few round sizes, or else of whole weeks, that cuts the window into 180 buckets at most. */
export function chooseBucketMs({ from, to }: Pick<Scope, "from" | "to">): number {
  const weeks = Math.ceil((to - from) / (MAX_BUCKETS * 7 * DAY_MS));
  return bucketSizes.find((size) => (to - from) / size <= MAX_BUCKETS) ?? weeks * 7 * DAY_MS;
}

export const idsIn = ({ from, to }: Pick<Scope, "from" | "to">): RawBuilder<boolean> =>
  sql`id >= ${firstIdAt(from)}::uuid and id < ${firstIdAt(to)}::uuid`;

export const instant = (timeMs: number): RawBuilder<Date> => sql`to_timestamp(${timeMs}::float8 / 1000)`;
