import { createTestDatabase } from "@tachograph/ledger/testing";
import { expect, test } from "vitest";
import { databaseError, migrateDatabase } from "./database.ts";

test("an unreachable database gives one sentence with its place and without its password", async () => {
  const refusal = migrateDatabase("postgres://ann:hunter2@127.0.0.1:1/audit");
  await expect(refusal).rejects.toMatchObject({
    name: "CliError",
    code: "database",
    message: "Postgres at 127.0.0.1:1/audit cannot be reached (ECONNREFUSED).",
    hint: expect.stringContaining("TACHOGRAPH_DATABASE_URL"),
  });
  await expect(refusal).rejects.not.toThrow(/hunter2/);
});

test("a wrong password says so", async () => {
  await using database = await createTestDatabase();
  const url = new URL(database.url);
  url.password = "hunter2";
  await expect(migrateDatabase(url.href)).rejects.toMatchObject({
    code: "database",
    message: expect.stringMatching(/^Postgres at .* refused the login\.$/),
  });
});

test("tables that are up to date stay as they are", async () => {
  await using database = await createTestDatabase();
  expect(await migrateDatabase(database.url)).toEqual([]);
});

test("an error that nobody foresaw keeps its own words", () => {
  const surprise = new TypeError("boom");
  expect(databaseError(surprise)).toBe(surprise);
});
