import { newId } from "@tachograph/record";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { listSavedViews, recordSavedView, removeSavedView } from "./saved-views.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
  for (const id of ["ann", "ben"]) {
    await sql`insert into auth_user (id, name, email, email_verified) values (${id}, ${`Name of ${id}`}, ${id}, true)`.execute(
      ledger.db,
    );
  }
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

const place = { project: "default", screen: "calls" };
const keep = (userId: string, name: string, isShared = false, query = "outcome=denied") =>
  recordSavedView(ledger, { ...place, userId, name, query, isShared });
const namesFor = async (userId: string, where = place) =>
  (await listSavedViews(ledger, { ...where, userId })).map(({ name }) => name);

test("a view is its owner's until it is shared, and belongs to one project and screen", async () => {
  await keep("ann", "mine");
  await keep("ann", "for all", true);
  await keep("ben", "his");
  expect(await namesFor("ann")).toEqual(["for all", "mine"]);
  expect(await namesFor("ben")).toEqual(["for all", "his"]);
  expect(await namesFor("ann", { ...place, project: "other" })).toEqual([]);
  expect(await namesFor("ann", { ...place, screen: "sessions" })).toEqual([]);
  const [shared] = await listSavedViews(ledger, { ...place, userId: "ben" });
  expect(shared).toMatchObject({ isOwn: false, isShared: true, ownerName: "Name of ann", query: "outcome=denied" });
});

test("keeping a view again under its name replaces it", async () => {
  await keep("ann", "again", false, "q=1");
  await keep("ann", "again", true, "q=2");
  const found = (await listSavedViews(ledger, { ...place, userId: "ann" })).filter(({ name }) => name === "again");
  expect(found).toMatchObject([{ query: "q=2", isShared: true }]);
});

test("nobody removes what is not theirs, unless it is shared and they may", async () => {
  await keep("ann", "to go", true);
  await keep("ann", "to stay");
  const idOf = async (wanted: string): Promise<string> =>
    (await listSavedViews(ledger, { ...place, userId: "ann" })).find(({ name }) => name === wanted)?.id ?? "";
  const { project } = place;
  expect(await removeSavedView(ledger, { project, id: await idOf("to go"), userId: "ben" })).toBe(false);
  expect(await removeSavedView(ledger, { project: "other", id: await idOf("to go"), userId: "ann" })).toBe(false);
  expect(await removeSavedView(ledger, { project, id: await idOf("to stay"), userId: undefined })).toBe(false);
  expect(await removeSavedView(ledger, { project, id: await idOf("to go"), userId: undefined })).toBe(true);
  expect(await removeSavedView(ledger, { project, id: await idOf("to stay"), userId: "ann" })).toBe(true);
  expect(await removeSavedView(ledger, { project, id: newId(), userId: "ann" })).toBe(false);
});

test("views go with the person who kept them", async () => {
  await keep("ben", "soon gone", true);
  await sql`delete from auth_user where id = 'ben'`.execute(ledger.db);
  expect(await namesFor("ann")).not.toContain("soon gone");
});
