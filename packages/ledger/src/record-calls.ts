import {
  idTime,
  isUuid,
  storable,
  type RecordBatch,
  type RecordedCall,
  type RecordReport,
  type ToolDefinition,
} from "@tachograph/record";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "./connection.ts";
import { ingestSql } from "./ingest-sql.ts";
import { ensureDays, plausibleDays } from "./partitions.ts";
import { jsonText } from "./row-json.ts";
import { isPoison, isTransient, reasonOf } from "./row-faults.ts";

/** One statement carries at most this many characters of payload. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
const MAX_ATTEMPTS = 5;

/** Stores batches; remembers which partitions and projects exist. */
export function createRecorder(sql: Pool): (batch: RecordBatch) => Promise<RecordReport> {
  const madeDays = new Set<string>();
  const knownProjects = new Set<string>();

  async function prepare(calls: readonly RecordedCall[]): Promise<void> {
    const days = plausibleDays(calls.map(({ call }) => idTime(call.id))).filter((day) => !madeDays.has(day));
    await ensureDays(sql, days);
    for (const day of days) madeDays.add(day);

    const projects = [...new Set(calls.map(({ call }) => storable(call.project)))].filter(
      (name) => !knownProjects.has(name),
    );
    if (projects.length === 0) return;
    await sql`insert into projects (name) select unnest(${projects}::text[]) order by 1 on conflict do nothing`;
    for (const project of projects) knownProjects.add(project);
  }

  async function insert(calls: readonly RecordedCall[], definitions: readonly ToolDefinition[]): Promise<number> {
    const payloads = calls.flatMap(({ call, payload }) =>
      payload === null
        ? []
        : [{ project: call.project, callId: call.id, arguments: payload.arguments, result: payload.result }],
    );
    const parameters = [calls.map(({ call }) => call), payloads, definitions].map(jsonText);
    for (let attempt = 1; ; attempt++) {
      try {
        return (await sql.unsafe(ingestSql, parameters, { prepare: true })).length;
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isTransient(error)) throw error;
        await sleep(attempt * 20 * Math.random());
      }
    }
  }

  /** Halves what holds a row that is refused until that row stands alone. */
  async function insertSome(
    calls: readonly RecordedCall[],
    definitions: readonly ToolDefinition[],
    report: RecordReport,
  ): Promise<void> {
    try {
      const inserted = await insert(calls, definitions);
      report.inserted += inserted;
      report.known += calls.length - inserted;
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (definitions.length > 0) {
        await insertSome(calls, [], report);
        await insertDefinitions(definitions);
      } else if (calls.length === 1 && calls[0]) {
        report.rejected.push({ id: calls[0].call.id, reason: reasonOf(error) });
      } else {
        const middle = calls.length >> 1;
        await insertSome(calls.slice(0, middle), [], report);
        await insertSome(calls.slice(middle), [], report);
      }
    }
  }

  /** A contract that is refused is left out: the rows name it by its hash all the same. */
  async function insertDefinitions(definitions: readonly ToolDefinition[]): Promise<void> {
    for (const definition of definitions) {
      try {
        await insert([], [definition]);
      } catch (error) {
        if (!isPoison(error)) throw error;
      }
    }
  }

  return async ({ calls, definitions }) => {
    const report: RecordReport = { inserted: 0, known: 0, rejected: [] };
    const wellNamed = new Map<string, RecordedCall>();
    for (const recorded of calls) {
      const { id, project } = recorded.call;
      const key = `${project}\0${id}`;
      if (!isUuid(id)) report.rejected.push({ id, reason: "id: not a UUID in lower case" });
      else if (wellNamed.has(key)) report.known++;
      else wellNamed.set(key, recorded);
    }
    const rows = [...wellNamed.values()];
    await prepare(rows);

    const uniqueDefinitions = earliest(definitions);
    const chunks = chunkBySize(rows);
    if (chunks.length === 0 && uniqueDefinitions.length > 0) chunks.push([]);
    for (const [index, chunk] of chunks.entries()) {
      await insertSome(chunk, index === 0 ? uniqueDefinitions : [], report);
    }
    return report;
  };
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
