import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { administer, databaseUrl, SERVER_VARIABLE, TEMPLATE } from "./testing.ts";

/** Vitest's global setup: one Postgres and one migrated template for the whole run. */
export async function setup(): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-test-"));
  // Where Postgres runs as a user of its own, that one must get to its data.
  chmodSync(directory, 0o711);
  // What a test starts without a word about its data must not write to the developer's own.
  process.env.TACHOGRAPH_DATA_DIR = join(directory, "data");
  const given = process.env.TACHOGRAPH_TEST_DATABASE_URL;
  if (given !== undefined && given !== "") {
    const template = `${TEMPLATE}_${process.pid}`;
    await makeTemplate(given, template);
    return async () => {
      await administer(given, async (sql) => {
        await sql`drop database if exists ${sql(template)} with (force)`;
      });
      rmSync(directory, { recursive: true, force: true });
    };
  }

  const server = await startEmbeddedPostgres({
    directory: join(directory, "postgres"),
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" },
  });
  await makeTemplate(server.url, TEMPLATE);
  return async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}

async function makeTemplate(server: string, template: string): Promise<void> {
  await administer(server, async (sql) => {
    await sql`create database ${sql(template)}`;
  });
  await migrate({ url: databaseUrl(server, template) });
  process.env[SERVER_VARIABLE] = server;
  process.env.TACHOGRAPH_TEST_TEMPLATE = template;
}
