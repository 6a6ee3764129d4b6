/** A table of counts: how many calls there were by time and kind. */
export interface Cube {
  table: string;
  /** The column that tells the time, cut to the unit. */
  time: string;
  unit: "minute" | "hour" | "day";
  dimensions: readonly string[];
  /** What is summed, each with its value for one call. */
  sums: Readonly<Record<string, string>>;
}

const kinds = ["server_name", "tool", "outcome", "effect", "mutability", "retry_kind"] as const;

/** In the order in which every writer takes their locks. */
export const cubes = {
  hours: {
    table: "call_stats",
    time: "hour",
    unit: "hour",
    dimensions: kinds,
    sums: { calls: "1", duration_us_sum: "duration_us" },
  },
  days: { table: "call_days", time: "day", unit: "day", dimensions: kinds, sums: { calls: "1" } },
  minutes: { table: "call_minutes", time: "minute", unit: "minute", dimensions: ["outcome"], sums: { calls: "1" } },
} as const satisfies Record<string, Cube>;

const keyOf = ({ time, dimensions }: Cube): string[] => ["project", time, ...dimensions];

/** Adds rows of `source`, which has the columns of the cube, to those that are there. */
export function addToCube(cube: Cube, source: string): string {
  const { table, time, dimensions, sums } = cube;
  const columns = [...keyOf(cube), ...Object.keys(sums)].join(", ");
  // In byte order, whatever the database's own, so that two writers meet their locks in the same order.
  const order = ["project", ...dimensions].map((column) => `${column} collate "C"`);
  return `
  insert into ${table} (${columns})
  select ${columns} from ${source} order by ${[order[0], time, ...order.slice(1)].join(", ")}
  on conflict (${keyOf(cube).join(", ")}) do update set
    ${Object.keys(sums)
      .map((sum) => `${sum} = ${table}.${sum} + excluded.${sum}`)
      .join(", ")}`;
}

/** Counts calls: rows of `source`, which has the columns of `tool_calls`. */
export function countIntoCube(cube: Cube, source: string): string {
  const columns = cube.dimensions.map((name) => (name === "tool" ? "coalesce(tool, '') as tool" : name));
  const sums = Object.entries(cube.sums).map(([name, value]) => `sum(${value})::bigint as ${name}`);
  return `select project, date_trunc('${cube.unit}', id_time(id), 'UTC') as ${cube.time}, ${[...columns, ...sums].join(", ")}
    from ${source} group by ${groups(cube)}`;
}

/** Sums up `source`, which has the columns of a finer cube of the same kinds. */
export function foldIntoCube(cube: Cube, finer: Cube, source: string): string {
  const sums = Object.keys(cube.sums).map((name) => `sum(${name})::bigint as ${name}`);
  return `select project, date_trunc('${cube.unit}', ${finer.time}, 'UTC') as ${cube.time},
      ${[...cube.dimensions, ...sums].join(", ")}
    from ${source} group by ${groups(cube)}`;
}

/**
 * What a recount of `source` differs by from what `known` gives: rows of the cube, with what is to be added to each.
 */
export function differenceOfCube(cube: Cube, source: string, known: string): string {
  const key = keyOf(cube).join(", ");
  const names = Object.keys(cube.sums);
  return `select ${key}, ${names.map((name) => `sum(${name})::bigint as ${name}`).join(", ")} from (
      ${countIntoCube(cube, source)}
      union all
      select ${key}, ${names.map((name) => `-${name}`).join(", ")} from ${known}
    ) as both_sides group by ${key} having ${names.map((name) => `sum(${name}) <> 0`).join(" or ")}`;
}

const groups = (cube: Cube): string =>
  keyOf(cube)
    .map((_, index) => index + 1)
    .join(", ");
