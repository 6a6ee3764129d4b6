import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import type { AccessRole } from "../database.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { INSTANCE, listAccess, recordAccess, type Access } from "./access-log.ts";
import { createApiKey, findApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import { createPasswordLink, findPasswordLink, spendPasswordLink } from "./password-links.ts";
import { endPayloadGrant, findPayloadGrant, grantPayloads } from "./payload-grants.ts";
import { createProject, listProjects } from "./projects.ts";
import { findInstanceRole, findStanding, listVisibleProjects } from "./standing.ts";
import { endUserSessions, listUserSessions } from "./user-sessions.ts";
import { createUser, findUser, listUsers, setMemberRole, setUserDisabled, setUserRole } from "./users.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeEach(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
});
afterEach(async () => {
  await ledger.close();
  await database.drop();
});

const person = (name: string, role: Exclude<AccessRole, "owner">): Promise<string> =>
  createUser(ledger, { name, email: `${name}@example.com`, role });

async function session(userId: string, id: string): Promise<string> {
  const inAnHour = new Date(Date.now() + 3_600_000);
  const row = { id, userId, token: id, expiresAt: inAnHour, updatedAt: new Date(), ipAddress: null, userAgent: null };
  await ledger.db.insertInto("authSession").values(row).execute();
  return id;
}

const looked = (more: Partial<Access> = {}): Access => ({
  project: "default",
  userId: "ann",
  userName: "Ann",
  userRole: "auditor",
  action: "payload_viewed",
  subject: "call 1",
  detail: { tool: "refund" },
  reason: "Incident",
  address: "10.0.0.1",
  ...more,
});

test("a role counts in every project, and a membership instead of it in its own", async () => {
  await createProject(ledger, "shop");
  const ann = await person("ann", "viewer");
  const bob = await person("bob", "none");
  await setMemberRole(ledger, { project: "shop", userId: ann, role: "auditor" });
  await setMemberRole(ledger, { project: "shop", userId: bob, role: "operator" });

  expect(await findStanding(ledger, { userId: ann, project: "default" })).toEqual({
    instanceRole: "viewer",
    role: "viewer",
  });
  expect(await findStanding(ledger, { userId: ann, project: "shop" })).toMatchObject({ role: "auditor" });
  expect(await findStanding(ledger, { userId: bob, project: "default" })).toMatchObject({ role: "none" });
  expect(await findStanding(ledger, { userId: ann, project: "nowhere" })).toBeUndefined();
  expect(await findStanding(ledger, { userId: "nobody", project: "shop" })).toBeUndefined();
  expect(await listVisibleProjects(ledger, ann)).toEqual(["default", "shop"]);
  expect(await listVisibleProjects(ledger, bob)).toEqual(["shop"]);

  await setMemberRole(ledger, { project: "shop", userId: ann, role: "none" });
  expect(await listVisibleProjects(ledger, ann)).toEqual(["default"]);
  await setMemberRole(ledger, { project: "shop", userId: ann, role: null });
  expect(await findStanding(ledger, { userId: ann, project: "shop" })).toMatchObject({ role: "viewer" });
});

test("a project's name is checked, and is there once", async () => {
  await createProject(ledger, "team-a.staging_2");
  expect((await listProjects(ledger)).map(({ name }) => name)).toEqual(["default", "team-a.staging_2"]);
  await expect(createProject(ledger, "default")).rejects.toMatchObject({ code: "already_exists" });
  for (const name of ["", "Shop", "a b", "-a", "a/b", "é", "a".repeat(65), "<script>"]) {
    await expect(createProject(ledger, name), name).rejects.toMatchObject({ code: "bad_name" });
  }
});

test("somebody who is disabled has no role, no session and no link, at once", async () => {
  await person("admin", "admin");
  const ann = await person("ann", "auditor");
  await session(ann, "s1");
  const token = await createPasswordLink(ledger, { userId: ann, purpose: "invitation", holdsHours: 1 });
  await setUserDisabled(ledger, { userId: ann, disabled: true });

  expect(await findInstanceRole(ledger, ann)).toBeUndefined();
  expect(await findStanding(ledger, { userId: ann, project: "default" })).toBeUndefined();
  expect(await listVisibleProjects(ledger, ann)).toEqual([]);
  expect(await listUserSessions(ledger, ann)).toEqual([]);
  expect(await findPasswordLink(ledger, token)).toBeUndefined();
  expect((await findUser(ledger, ann))?.disabledAt).toBeTypeOf("number");
  await setUserDisabled(ledger, { userId: ann, disabled: false });
  expect(await findInstanceRole(ledger, ann)).toBe("auditor");
});

test("where nobody looks after users, a role can still be changed", async () => {
  const ann = await person("ann", "viewer");
  await setUserRole(ledger, { userId: ann, role: "auditor" });
  expect(await findInstanceRole(ledger, ann)).toBe("auditor");
});

test("the last who looks after users stays, also where two admins demote each other at once", async () => {
  const one = await person("one", "admin");
  await expect(setUserRole(ledger, { userId: one, role: "viewer" })).rejects.toMatchObject({ code: "last_admin" });
  await expect(setUserDisabled(ledger, { userId: one, disabled: true })).rejects.toMatchObject({ code: "last_admin" });

  const two = await person("two", "admin");
  const both = await Promise.allSettled([one, two].map((userId) => setUserRole(ledger, { userId, role: "none" })));
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect((await listUsers(ledger)).filter(({ role }) => role === "admin")).toHaveLength(1);
});

test("an address belongs to one person, in whatever case it is written", async () => {
  await person("ann", "viewer");
  await expect(createUser(ledger, { name: "x", email: "ANN@Example.com", role: "viewer" })).rejects.toMatchObject({
    code: "already_exists",
  });
});

test("a link sets a password once, is kept as a hash, and ends with the next one", async () => {
  const ann = await person("ann", "viewer");
  const first = await createPasswordLink(ledger, { userId: ann, purpose: "invitation", holdsHours: 1 });
  const second = await createPasswordLink(ledger, { userId: ann, purpose: "password_reset", holdsHours: 1 });
  expect(await findPasswordLink(ledger, first)).toBeUndefined();
  expect(await findPasswordLink(ledger, second)).toMatchObject({ userId: ann, purpose: "password_reset" });
  const { rows } = await sql<{ row: string }>`select auth_link::text as row from auth_link`.execute(ledger.db);
  expect(JSON.stringify(rows)).not.toContain(second);

  const spent = await Promise.all(Array.from({ length: 5 }, () => spendPasswordLink(ledger, second)));
  expect(spent.filter((link) => link !== undefined)).toHaveLength(1);

  const old = await createPasswordLink(ledger, { userId: ann, purpose: "invitation", holdsHours: 0 });
  expect(await spendPasswordLink(ledger, old)).toBeUndefined();
});

test("payloads are open to one session in one project, for a reason, until it ends", async () => {
  await createProject(ledger, "shop");
  const ann = await person("ann", "auditor");
  const key = { project: "default", sessionId: await session(ann, "s1") };
  for (const reason of ["", "  a ", "x".repeat(501)]) {
    await expect(grantPayloads(ledger, { ...key, reason })).rejects.toMatchObject({ code: "bad_reason" });
  }
  await grantPayloads(ledger, { ...key, reason: " Incident 42 " });
  const grant = await findPayloadGrant(ledger, key);
  expect(grant).toMatchObject({ reason: "Incident 42" });
  expect(Math.abs((grant?.expiresAt ?? 0) - Date.now() - 30 * 60_000)).toBeLessThan(30_000);
  expect(await findPayloadGrant(ledger, { ...key, project: "shop" })).toBeUndefined();
  expect(await findPayloadGrant(ledger, { ...key, sessionId: await session(ann, "s2") })).toBeUndefined();

  await sql`update payload_grants set expires_at = clock_timestamp()`.execute(ledger.db);
  expect(await findPayloadGrant(ledger, key)).toBeUndefined();
  await grantPayloads(ledger, { ...key, reason: "again" });
  expect(await endPayloadGrant(ledger, key)).toBe(true);
  expect(await endPayloadGrant(ledger, key)).toBe(false);

  await grantPayloads(ledger, { ...key, reason: "again" });
  expect(await endUserSessions(ledger, { userId: ann, only: "s1" })).toBe(1);
  expect((await sql`select from payload_grants`.execute(ledger.db)).rows).toEqual([]);
});

test("ending sessions leaves the one that is kept, and those of others", async () => {
  const [ann, bob] = [await person("ann", "viewer"), await person("bob", "viewer")];
  for (const id of ["a1", "a2", "a3"]) await session(ann, id);
  await session(bob, "b1");
  expect(await endUserSessions(ledger, { userId: ann, only: "b1" })).toBe(0);
  expect(await endUserSessions(ledger, { userId: ann, keep: "a2" })).toBe(2);
  expect((await listUserSessions(ledger, ann)).map(({ id }) => id)).toEqual(["a2"]);
  expect(await listUserSessions(ledger, bob)).toHaveLength(1);
});

test("a key of a program is kept as a hash, works until it is revoked or over, and notes its use", async () => {
  const given = { project: "default", name: "report", scope: "read", createdBy: "Ann", expiresInDays: 30 } as const;
  const { id, key, prefix } = await createApiKey(ledger, given);
  expect(key.startsWith(prefix)).toBe(true);
  const { rows } = await sql<{ row: string }>`select api_keys::text as row from api_keys`.execute(ledger.db);
  expect(JSON.stringify(rows)).not.toContain(key.slice(12));

  expect(await findApiKey(ledger, key)).toMatchObject({ id, project: "default", lastUsedAt: null });
  expect((await findApiKey(ledger, key))?.lastUsedAt).toBeTypeOf("number");
  for (const wrong of ["", "tgk_", `${key}x`, key.toUpperCase(), `${key.slice(0, -1)}!`]) {
    expect(await findApiKey(ledger, wrong), wrong).toBeUndefined();
  }
  const over = await createApiKey(ledger, { ...given, expiresInDays: 0 });
  expect(await findApiKey(ledger, over.key)).toBeUndefined();

  expect(await revokeApiKey(ledger, { project: "other", id })).toBeUndefined();
  expect(await revokeApiKey(ledger, { project: "default", id })).toBe("report");
  expect(await revokeApiKey(ledger, { project: "default", id })).toBeUndefined();
  expect(await findApiKey(ledger, key)).toBeUndefined();
  expect((await listApiKeys(ledger, "default")).map((listed) => listed.revokedAt === null)).toEqual([true, false]);
});

test("what was done is listed page by page with that of the instance, the latest first, by action and by user", async () => {
  for (let index = 0; index < 5; index += 1) await recordAccess(ledger, looked({ subject: `call ${index}` }));
  await recordAccess(ledger, looked({ project: INSTANCE, action: "signed_in", userId: "bob", subject: null }));
  await recordAccess(ledger, looked({ project: "shop", subject: "of another project" }));

  const subjects: (string | null)[] = [];
  let cursor: string | null = null;
  do {
    const page = await listAccess(ledger, { project: "default", limit: 2, ...(cursor !== null && { cursor }) });
    subjects.push(...page.rows.map(({ subject }) => subject));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(subjects).toEqual([null, "call 4", "call 3", "call 2", "call 1", "call 0"]);

  const by = async (filter: object): Promise<number> =>
    (await listAccess(ledger, { project: "default", limit: 10, ...filter })).rows.length;
  expect([await by({ action: "signed_in" }), await by({ userId: "ann" }), await by({ userId: "bob" })]).toEqual([
    1, 5, 1,
  ]);
  expect((await listAccess(ledger, { project: INSTANCE, limit: 10 })).rows).toHaveLength(1);
  expect((await listAccess(ledger, { project: "shop", limit: 1 })).rows[0]).toMatchObject({
    subject: "of another project",
    detail: { tool: "refund" },
    reason: "Incident",
  });
  await expect(listAccess(ledger, { project: "default", limit: 1, cursor: "W10" })).rejects.toMatchObject({
    code: "bad_cursor",
  });
});

test("the same is written once within a while, and again for another reason", async () => {
  const write = (more: Partial<Access> = {}): Promise<boolean> =>
    recordAccess(ledger, looked(more), { onceWithinSeconds: 600 });
  expect(await write()).toBe(true);
  expect(await write({ detail: { tool: "other" } })).toBe(false);
  expect(await write({ subject: "call 2" })).toBe(true);
  expect(await write({ userId: "bob" })).toBe(true);
  expect(await write({ reason: "Review" })).toBe(true);
  expect(await recordAccess(ledger, looked(), { onceWithinSeconds: 0 })).toBe(true);
});

test("what was written is never changed or removed", async () => {
  await recordAccess(ledger, looked());
  for (const statement of ["update access_log set reason = 'x'", "delete from access_log", "truncate access_log"]) {
    await expect(sql.raw(statement).execute(ledger.db), statement).rejects.toMatchObject({ code: "23001" });
  }
});
