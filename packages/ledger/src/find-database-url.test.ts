import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findDatabaseUrl } from "./find-database-url.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tachograph-url-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const noted = "postgres://tachograph:secret@127.0.0.1:5999/tachograph";

test("the environment goes before what the service of this machine noted", () => {
  writeFileSync(join(directory, "database-url"), `${noted}\n`);
  expect(findDatabaseUrl({ TACHOGRAPH_DATA_DIR: directory })).toBe(noted);
  const own = "postgres://me@db/own";
  expect(findDatabaseUrl({ TACHOGRAPH_DATA_DIR: directory, TACHOGRAPH_DATABASE_URL: own })).toBe(own);
});

test("where nothing is noted, the error says where it looked and what to do", () => {
  const find = (): string => findDatabaseUrl({ TACHOGRAPH_DATA_DIR: directory });
  expect(find).toThrow(
    expect.objectContaining({ code: "no_database_known", hint: expect.stringContaining("npm start") }),
  );
  expect(find).toThrow(directory);
  writeFileSync(join(directory, "database-url"), "\n");
  expect(find).toThrow(expect.objectContaining({ code: "no_database_known" }));
});

test.skipIf(process.getuid?.() === 0)("an address of another user's is said to be that", () => {
  const file = join(directory, "database-url");
  writeFileSync(file, noted);
  chmodSync(file, 0);
  expect(() => findDatabaseUrl({ TACHOGRAPH_DATA_DIR: directory })).toThrow(/may not read/);
});
