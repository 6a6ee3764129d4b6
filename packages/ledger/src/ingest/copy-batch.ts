import type { Client, Connection, Submittable } from "pg";
import { callFields, snakeCase } from "../call-columns.ts";
import { rollUp, rollupStatements } from "./batch-rollups.ts";
import type { EncodedRows } from "./encode-rows.ts";

const copyCalls = `copy tool_calls (${callFields.map(snakeCase).join(", ")}) from stdin (format binary)`;
const copyPayloads = "copy payloads (project, call_id, arguments, result) from stdin (format binary)";

const COPY_DATA = 0x64;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);
const COPIED_AT_ONCE = 256 * 1024;

/**
 * Stores rows that are not there yet, with their payloads and what they add to the rollups: all or nothing.
 *
 * @throws 23505 where a row is there already, and whatever else Postgres says.
 */
export async function copyBatch(client: Client, encoded: EncodedRows): Promise<void> {
  const { statements, parts } = copyStatements(encoded);
  const rollups = rollupStatements(rollUp(callsOf(encoded)), (text) => client.escapeLiteral(text));
  await client.query(new CopyQuery([...statements, ...rollups].join(";\n"), parts)).done;
}

/** The COPYs of these rows, and what each of them takes. */
export function copyStatements({ calls, payloads }: EncodedRows): { statements: string[]; parts: Buffer[] } {
  return payloads === null
    ? { statements: [copyCalls], parts: [calls] }
    : { statements: [copyCalls, copyPayloads], parts: [calls, payloads] };
}

function* callsOf({ rows }: EncodedRows): Generator<EncodedRows["rows"][number]["call"]> {
  for (const { call } of rows) yield call;
}

/**
 * Several statements in one message, which Postgres runs as one transaction; each COPY among them takes the next part.
 * What the client calls while Postgres answers, as it does on its own queries.
 */
export class CopyQuery implements Submittable {
  readonly done: Promise<void>;
  readonly #statements: string;
  readonly #parts: Buffer[];
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(statements: string, parts: Buffer[]) {
    this.#statements = statements;
    this.#parts = [...parts];
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.#statements);
  }

  handleCopyInResponse({ stream }: Connection): void {
    const part = this.#parts.shift() ?? Buffer.alloc(0);
    stream.cork();
    for (let at = 0; at < part.length; at += COPIED_AT_ONCE) {
      const chunk = part.subarray(at, at + COPIED_AT_ONCE);
      const head = Buffer.allocUnsafe(5);
      head[0] = COPY_DATA;
      head.writeUInt32BE(chunk.length + 4, 1);
      stream.write(head);
      stream.write(chunk);
    }
    stream.write(copyDone);
    stream.uncork();
  }

  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }
}
