import { setTimeout as sleep } from "node:timers/promises";
import {
  idTime,
  isUuid,
  storable,
  type RecordBatch,
  type RecordedCall,
  type RecordReport,
  type ToolDefinition,
} from "@tachograph/record";
import type { Client } from "pg";
import type { Connections } from "./connections/connections.ts";
import { copyBatch } from "./ingest/copy-batch.ts";
import { makeDays, plausibleDays } from "./ingest/days.ts";
import { encodeRows } from "./ingest/encode-rows.ts";
import { exactSql } from "./ingest/exact-sql.ts";
import { isDuplicate, isPoison, isTransient, reasonOf } from "./row-faults.ts";
import { jsonText } from "./row-json.ts";

export interface CallRecorder {
  record(batch: RecordBatch): Promise<RecordReport>;
  close(): Promise<void>;
}

/** One transaction carries at most this many characters of payload. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
const MAX_ATTEMPTS = 5;
/** Fewer rows are stored as quickly by the statement that takes any row. */
const FEW_ROWS = 8;

/**
 * Stores batches, each row once. New rows go by COPY, with the sums of the batch for the rollups. Where one is there
 * already, or Postgres must judge a value, the exact statement takes over: slower, and told by Postgres what was new.
 */
export function createRecorder(connections: Connections): CallRecorder {
  const madeDays = new Set<string>();
  const knownProjects = new Set<string>();
  /** What follows a row that was there already is likely to be there too. */
  let resending = false;

  async function prepare(client: Client, calls: readonly RecordedCall[]): Promise<void> {
    const days = plausibleDays(calls.map(({ call }) => idTime(call.id))).filter((day) => !madeDays.has(day));
    await makeDays(client, days);
    for (const day of days) madeDays.add(day);

    const projects = [...new Set(calls.map(({ call }) => storable(call.project)))].filter(
      (name) => !knownProjects.has(name),
    );
    if (projects.length === 0) return;
    await client.query("insert into projects (name) select unnest($1::text[]) order by 1 on conflict do nothing", [
      projects,
    ]);
    for (const project of projects) knownProjects.add(project);
  }

  /** Runs a transaction, and once more where it lost against another one. */
  async function persist<Result>(transaction: (client: Client) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await connections.use(transaction);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isTransient(error)) throw error;
        await sleep(attempt * 20 * Math.random());
      }
    }
  }

  async function store(rows: readonly RecordedCall[], report: RecordReport): Promise<void> {
    if (resending || rows.length < FEW_ROWS) return storeExactly(rows, report);
    const encoded = await encodeRows(rows);
    try {
      if (encoded.rows.length > 0) await persist((client) => copyBatch(client, encoded));
      report.inserted += encoded.rows.length;
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (isDuplicate(error)) {
        await storeExactly(encoded.rows, report);
      } else {
        const middle = encoded.rows.length >> 1;
        await store(encoded.rows.slice(0, middle), report);
        await store(encoded.rows.slice(middle), report);
      }
    }
    if (encoded.unfit.length > 0) await storeExactly(encoded.unfit, report);
  }

  /** Halves what holds a row that is refused until that row stands alone. */
  async function storeExactly(rows: readonly RecordedCall[], report: RecordReport): Promise<void> {
    try {
      const inserted = await insert(rows, []);
      report.inserted += inserted;
      report.known += rows.length - inserted;
      resending = inserted < rows.length;
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (rows.length === 1 && rows[0]) {
        report.rejected.push({ id: rows[0].call.id, reason: reasonOf(error) });
        return;
      }
      const middle = rows.length >> 1;
      await storeExactly(rows.slice(0, middle), report);
      await storeExactly(rows.slice(middle), report);
    }
  }

  /** A contract that is refused is left out: the rows name it by its hash all the same. */
  async function storeDefinitions(definitions: readonly ToolDefinition[]): Promise<void> {
    try {
      if (definitions.length > 0) await insert([], definitions);
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (definitions.length === 1) return;
      for (const definition of definitions) await storeDefinitions([definition]);
    }
  }

  async function insert(rows: readonly RecordedCall[], definitions: readonly ToolDefinition[]): Promise<number> {
    const payloads = rows.flatMap(({ call, payload }) =>
      payload === null
        ? []
        : [{ project: call.project, callId: call.id, arguments: payload.arguments, result: payload.result }],
    );
    const parameters = [rows.map(({ call }) => call), payloads, definitions].map(jsonText);
    const { rowCount } = await persist((client) => client.query(exactSql, parameters));
    return rowCount ?? 0;
  }

  return {
    async record({ calls, definitions }) {
      const report: RecordReport = { inserted: 0, known: 0, rejected: [] };
      const rows = distinct(calls, report);
      if (rows.length > 0) await persist((client) => prepare(client, rows));
      await storeDefinitions(earliest(definitions));
      for (const chunk of chunkBySize(rows)) await store(chunk, report);
      return report;
    },
    close: () => connections.close(),
  };
}

/** The rows in the order of their ids, each once: two writers of the same rows meet in the same order. */
function distinct(calls: readonly RecordedCall[], report: RecordReport): RecordedCall[] {
  const wellNamed = calls.filter(({ call: { id } }) => {
    if (isUuid(id)) return true;
    report.rejected.push({ id, reason: "id: not a UUID in lower case" });
    return false;
  });
  const rows = wellNamed.every((row, index) => index === 0 || byName(wellNamed[index - 1] as RecordedCall, row) < 0)
    ? wellNamed
    : wellNamed
        .toSorted(byName)
        .filter((row, index, sorted) => index === 0 || byName(sorted[index - 1] as RecordedCall, row) < 0);
  report.known += wellNamed.length - rows.length;
  return rows;
}

function byName({ call: a }: RecordedCall, { call: b }: RecordedCall): number {
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.project === b.project ? 0 : a.project < b.project ? -1 : 1;
}

function earliest(definitions: readonly ToolDefinition[]): ToolDefinition[] {
  const byHash = new Map<string, ToolDefinition>();
  for (const definition of definitions) {
    const key = `${definition.project}\0${definition.hash}`;
    const known = byHash.get(key);
    if (!known || definition.seenAt < known.seenAt) byHash.set(key, definition);
  }
  return [...byHash.values()];
}

function chunkBySize(rows: readonly RecordedCall[]): RecordedCall[][] {
  const chunks: RecordedCall[][] = [];
  let size = Infinity;
  for (const row of rows) {
    const length = 1_000 + (row.payload?.arguments?.length ?? 0) + (row.payload?.result?.length ?? 0);
    if (size + length > MAX_CHARACTERS) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(row);
    size += length;
  }
  return chunks;
}
