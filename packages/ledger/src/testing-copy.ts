import { Client } from "pg";
import type { RecordedCall } from "@tachograph/record";
import { copyStatements, CopyQuery } from "./ingest/copy-batch.ts";
import { encodeRows } from "./ingest/encode-rows.ts";

/** COPY and nothing else: what the write path is measured against. */
export interface RawCopy {
  /** Encodes rows beforehand. @returns what stores them, in a transaction, on one of the connections */
  prepare(rows: readonly RecordedCall[]): Promise<(connection: number) => Promise<void>>;
  close(): Promise<void>;
}

/** Opens so many connections. */
export async function openRawCopy(url: string, connections: number): Promise<RawCopy> {
  const clients = Array.from({ length: connections }, () => new Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  return {
    async prepare(rows) {
      const encoded = await encodeRows(rows);
      if (encoded.unfit.length > 0) throw new Error("rows that COPY does not take");
      const { statements, parts } = copyStatements(encoded);
      return (connection) =>
        clients[connection]?.query(new CopyQuery(statements.join(";\n"), parts)).done ??
        Promise.reject(new Error("no such connection"));
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}
