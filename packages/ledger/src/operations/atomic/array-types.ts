import type postgres from "postgres";

type Convert = (value: never) => unknown;

/** Postgres' own types that have arrays: the number of the type, and of its array. */
const arrayTypes: readonly (readonly [element: number, array: number])[] = [
  [16, 1000], // bool
  [17, 1001], // bytea
  [20, 1016], // int8
  [21, 1005], // int2
  [23, 1007], // int4
  [25, 1009], // text
  [26, 1028], // oid
  [114, 199], // json
  [700, 1021], // float4
  [701, 1022], // float8
  [1042, 1014], // char
  [1043, 1015], // varchar
  [1082, 1182], // date
  [1083, 1183], // time
  [1114, 1115], // timestamp
  [1184, 1185], // timestamptz
  [1186, 1187], // interval
  [1266, 1270], // timetz
  [1700, 1231], // numeric
  [2950, 2951], // uuid
  [3802, 3807], // jsonb
];

/**
 * Teaches a pool that was opened with `fetch_types: false` the arrays of Postgres' own types. Asking for them on each
 * connection, as the driver does by default, ends the process where the connection is lost meanwhile.
 *
 * @see https://github.com/porsager/postgres/issues/1192
 */
export function knowArrayTypes(sql: postgres.Sql): void {
  const options = sql.options as unknown as {
    parsers: Record<number, Convert | undefined>;
    serializers: Record<number, Convert | undefined>;
    shared: { typeArrayMap: Record<number, number> };
  };
  const { parsers, serializers, shared } = options;
  for (const [element, array] of arrayTypes) {
    const parse = parsers[element] as ((text: string) => unknown) | undefined;
    const serialize = serializers[element] as ((value: unknown) => unknown) | undefined;
    shared.typeArrayMap[element] = array;
    parsers[array] = (text: string) => parseArray(text, parse ?? ((item) => item));
    serializers[array] = (value: unknown) =>
      Array.isArray(value) ? writeArray(value, (item) => String(serialize ? serialize(item) : item)) : value;
  }
}

/** An array as Postgres writes it: `{a,"b c",NULL,{d}}`, perhaps with bounds before it: `[0:1]={…}`. */
function parseArray(text: string, parse: (item: string) => unknown): unknown[] {
  const whole: unknown[] = [];
  const open: unknown[][] = [whole];
  const tokens = /([{},])|"((?:[^"\\]|\\.)*)"|([^{},"]+)/gs;
  tokens.lastIndex = text.indexOf("{");
  for (const [, mark, quoted, bare] of text.matchAll(tokens)) {
    const items = open.at(-1) ?? whole;
    if (mark === "{") {
      const inner: unknown[] = [];
      items.push(inner);
      open.push(inner);
    } else if (mark === "}") open.pop();
    else if (quoted !== undefined) items.push(parse(quoted.replaceAll(/\\(.)/gs, "$1")));
    else if (bare !== undefined) items.push(bare === "NULL" ? null : parse(bare));
  }
  return (whole[0] as unknown[] | undefined) ?? [];
}

function writeArray(items: readonly unknown[], write: (item: unknown) => string): string {
  const written = items.map((item) => {
    if (Array.isArray(item)) return writeArray(item, write);
    if (item === undefined) throw new TypeError("an array for Postgres has an undefined item; use null");
    return item === null ? "NULL" : `"${write(item).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  });
  return `{${written.join(",")}}`;
}
