import { randomUUID } from "node:crypto";
import postgres from "postgres";

/** One connection that does by hand, without any promise, what a claim and a settlement do. */
export interface BareConnection {
  /** A round trip that writes nothing. */
  select(): Promise<void>;
  /** A new row, committed. */
  insert(): Promise<void>;
  /** The last new row changed, committed. */
  update(): Promise<void>;
  close(): Promise<void>;
}

/** Makes a table with the size and the two indexes of `operations`, and nothing of what they are for. */
export async function openBareConnection(url: string): Promise<BareConnection> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  await sql`
    create table bare_writes (id text collate "C" primary key, state text not null, call text, result text,
      at timestamptz not null default clock_timestamp())`;
  await sql`create index bare_writes_at on bare_writes (at) where state = 'open'`;
  const call = JSON.stringify({ text: "x".repeat(1_400) });
  let last = "";
  return {
    async select() {
      await sql`select 1`;
    },
    async insert() {
      last = randomUUID();
      await sql`insert into bare_writes (id, state, call) values (${last}, 'open', ${call})`;
    },
    async update() {
      await sql`update bare_writes set state = 'done', result = ${"paid"}, at = clock_timestamp() where id = ${last} returning id`;
    },
    close: async () => sql.end(),
  };
}
