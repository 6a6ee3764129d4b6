import { RETRY_WINDOW_CALLS, type PastDelivery } from "@tachograph/record";
import { expect, test } from "vitest";
import { SessionMemory } from "./session-memory.ts";

const delivery = (id: string): PastDelivery => ({
  id,
  startedAt: 0,
  toolUseId: null,
  idempotencyKey: null,
  fingerprint: null,
  fieldHashes: {},
  failedFields: [],
  outcome: "ok",
  retryClass: "none",
  attempt: 1,
});
const idsOf = (memory: SessionMemory, session: string, tool: string): string[] =>
  memory.past(session, tool).map(({ id }) => id);

test("sequence numbers count from 1 in each session", () => {
  const memory = new SessionMemory();
  expect([memory.nextSeq("a"), memory.nextSeq("b"), memory.nextSeq("a"), memory.nextSeq("a")]).toEqual([1, 1, 2, 3]);
});

test("the last 8 deliveries of a tool in a session are remembered, oldest first, apart from those of others", () => {
  const memory = new SessionMemory();
  const ids = Array.from({ length: RETRY_WINDOW_CALLS + 3 }, (_, index) => `c${index}`);
  for (const id of ids) memory.remember("s", "t", delivery(id));
  memory.remember("s", "other", delivery("x"));
  memory.remember("s2", "t", delivery("y"));
  expect(idsOf(memory, "s", "t")).toEqual(ids.slice(3));
  expect(idsOf(memory, "s", "none")).toEqual([]);
  expect(idsOf(memory, "__proto__", "constructor")).toEqual([]);
});

test("sessions and tools that a client invents do not pile up; those in use stay", () => {
  const memory = new SessionMemory();
  memory.remember("busy", "t", delivery("kept"));
  for (let index = 0; index < 6_000; index++) {
    memory.nextSeq(`s${index}`);
    memory.nextSeq("busy");
  }
  expect(idsOf(memory, "busy", "t")).toEqual(["kept"]);
  expect(memory.nextSeq("s5999")).toBe(2);
  expect(memory.nextSeq("s0")).toBe(1);
  for (let index = 0; index < 300; index++) memory.remember("busy", `tool${index}`, delivery("n"));
  expect(idsOf(memory, "busy", "t")).toEqual([]);
  expect(idsOf(memory, "busy", "tool299")).toEqual(["n"]);
});
