import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import type { Diagnostic, GateOptions } from "../options.ts";
import { serverKinds } from "../testing-enforced.ts";
import { removeDirectories } from "../testing-gate.ts";
import { booking, validating, withServer } from "./testing-booking.ts";

afterAll(removeDirectories);

describe.each(serverKinds)("validation on %s", (kind) => {
  test("refuses arguments that break the schema, tells all issues with a valid call, and the handler is not entered", async () => {
    await withServer({ kind, options: validating }, async ({ call, entered, row }) => {
      const answer = await call("book", { date: "06/06/2026", seats: "2", time: "noon" });
      expect(entered).toEqual([]);
      expect(answer.isError).toBe(true);
      expect(answer.structuredContent).toBeUndefined();
      expect(answer.told).toMatchObject({
        code: "invalid_argument",
        retry: "correctable",
        effect: "none",
        call_id: row().id,
      });
      const params = [answer.told.param, ...(answer.told.issues ?? []).map(({ param }) => param)];
      expect(new Set(params)).toEqual(new Set(["/date", "/seats", "/time"]));
      expect(booking.safeParse(answer.told.example).success).toBe(true);
      expect(answer.meta["tachograph/error"]).toEqual(answer.told);
      expect(row()).toMatchObject({
        outcome: "invalid_input",
        effect: "none",
        retryClass: "correctable",
        phase: "received",
      });
      expect(
        row()
          .issues?.map(({ path }) => path)
          .toSorted(),
      ).toEqual(["/date", "/seats", "/time"]);
    });
  });

  test("never coerces", async () => {
    await withServer({ kind, options: validating }, async ({ call, entered }) => {
      expect((await call("book", { date: "2026-06-06", seats: "2" })).isError).toBe(true);
      expect(entered).toEqual([]);
    });
  });

  test("lets a valid call through, and the handler gets its arguments", async () => {
    await withServer({ kind, options: validating }, async ({ call, entered, row }) => {
      expect((await call("book", { date: "2026-06-06", seats: 2 })).text).toBe("booked 2026-06-06");
      expect(entered).toEqual([{ tool: "book", args: { date: "2026-06-06", seats: 2 } }]);
      expect(row()).toMatchObject({ outcome: "ok", effect: "applied", phase: "answered" });
    });
  });

  test("a tool that does not exist is told with the nearest name, and nothing is entered", async () => {
    await withServer({ kind, options: validating }, async ({ call, entered, row }) => {
      const answer = await call("bok", { date: "2026-06-06" });
      expect(answer.told).toMatchObject({ code: "unknown_tool", retry: "correctable", effect: "none" });
      expect(answer.text).toContain("book");
      expect(entered).toEqual([]);
      expect(row()).toMatchObject({ outcome: "unknown_tool", effect: "none" });
    });
  });

  test("a result that breaks the output schema is told as done and not to be repeated", async () => {
    await withServer({ kind, options: validating }, async ({ call, row, client }) => {
      await client.listTools();
      expect((await call("count", { n: 1 })).structuredContent).toEqual({ n: 1 });
      const answer = await call("count", { n: 13 });
      expect(answer.told).toMatchObject({ code: "invalid_output", retry: "terminal", effect: "applied" });
      expect(row()).toMatchObject({ outcome: "invalid_output", effect: "applied", retryClass: "terminal" });
    });
  });
});

describe("authorization", () => {
  const guarded: GateOptions = {
    environment: "production",
    tools: {
      book: {
        validate: true,
        scopes: ["bookings:write"],
        rules: {
          few_seats: ({ args }) => Number(args["seats"] ?? 1) <= 4 || "more than 4 seats need a person",
          not_ann: { allow: ({ principal }) => principal?.id !== "ann", reason: "ann is on leave" },
          not_in_production: { allow: ({ environment }) => environment !== "production", enforce: false },
        },
      },
    },
  };
  const may = { clientId: "ben", scopes: ["bookings:write"] };
  const book = { date: "2026-06-06" };

  test.each(serverKinds)(
    "%s: a missing scope is denied, also without any auth info, and the handler is not entered",
    async (kind) => {
      await withServer({ kind, options: guarded }, async ({ call, entered, rows }) => {
        for (const authInfo of [undefined, { clientId: "ben" }, { clientId: "ben", scopes: ["bookings:read"] }]) {
          const answer = await call("book", book, { authInfo });
          expect(answer.told).toMatchObject({ code: "missing_scope", retry: "terminal", effect: "none" });
          expect(answer.text).toContain("bookings:write");
        }
        expect(entered).toEqual([]);
        for (const row of rows())
          expect(row).toMatchObject({
            outcome: "denied",
            rule: "scopes",
            reason: "missing scope bookings:write",
            effect: "none",
          });
      });
    },
  );

  test.each(serverKinds)("%s: a rule denies by arguments or principal, and says which rule and why", async (kind) => {
    await withServer({ kind, options: guarded, authInfo: may }, async ({ call, entered, row }) => {
      const answer = await call("book", { ...book, seats: 5 });
      expect(answer.told).toMatchObject({ code: "denied", retry: "terminal", effect: "none" });
      expect(answer.text).toContain("more than 4 seats need a person");
      expect(row()).toMatchObject({
        outcome: "denied",
        rule: "few_seats",
        reason: "more than 4 seats need a person",
        phase: "validated",
      });
      expect(row().policyHash).toMatch(/^[0-9a-f]{64}$/);
      await call("book", book, { authInfo: { ...may, clientId: "ann" } });
      expect(row()).toMatchObject({ outcome: "denied", rule: "not_ann", reason: "ann is on leave" });
      expect(entered).toEqual([]);
    });
  });

  test("a rule that is not enforced lets the call through, and the row says that it would have denied", async () => {
    await withServer({ options: guarded, authInfo: may }, async ({ call, entered, row }) => {
      expect((await call("book", book)).isError).toBe(false);
      expect(entered).toHaveLength(1);
      expect(row()).toMatchObject({ outcome: "ok", rule: null, wouldDeny: ["not_in_production"], phase: "answered" });
    });
  });

  test("a rule that throws, or gives anything but true, denies, and its error does not reach the agent", async () => {
    const diagnostics: Diagnostic[] = [];
    const options: GateOptions = {
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
      tools: {
        book: {
          rules: {
            broken: () => {
              throw new Error("password=hunter22 at db-7");
            },
          },
        },
        find: { rules: { vague: () => undefined as never } },
      },
    };
    await withServer({ options }, async ({ call, entered, row }) => {
      const answer = await call("book", book);
      expect(answer.told.code).toBe("denied");
      expect(answer.text).not.toContain("hunter22");
      expect(row()).toMatchObject({ outcome: "denied", rule: "broken" });
      expect(diagnostics).toMatchObject([{ code: "rule_failed" }]);
      await call("find", { id: "7" });
      expect(row()).toMatchObject({ outcome: "denied", rule: "vague" });
      expect(entered).toEqual([]);
    });
  });

  test("invalid arguments never reach a rule", async () => {
    const asked: unknown[] = [];
    const options: GateOptions = {
      tools: { book: { validate: true, rules: { notes: ({ args }) => asked.push(args) > 0 } } },
    };
    await withServer({ options }, async ({ call }) => {
      await call("book", { date: "tomorrow" });
      expect(asked).toEqual([]);
      await call("book", book);
      expect(asked).toEqual([book]);
    });
  });

  test("over a limit a call is refused with when to come back, counted by session and by principal", async () => {
    const options: GateOptions = {
      tools: {
        find: { limits: { perSession: { calls: 2, windowSeconds: 60 } } },
        book: { limits: { perPrincipal: { calls: 1, windowSeconds: 60 } } },
      },
    };
    await withServer({ options, authInfo: may }, async ({ call, entered, row }) => {
      const inSession = (session: string) => ({ meta: { "claudecode/sessionId": session } });
      for (const session of ["a", "a", "b"])
        expect((await call("find", { id: "1" }, inSession(session))).isError).toBe(false);
      const answer = await call("find", { id: "1" }, inSession("a"));
      expect(answer.told).toMatchObject({ code: "rate_limited", retry: "retryable", effect: "none" });
      expect(answer.told.retry_after_ms).toBeGreaterThan(50_000);
      expect(row()).toMatchObject({ outcome: "rate_limited", rule: "limits.perSession" });
      await call("book", book);
      await call("book", book, inSession("z"));
      expect(row()).toMatchObject({ outcome: "rate_limited", rule: "limits.perPrincipal" });
      await call("book", book, { authInfo: { ...may, clientId: "zoe" } });
      expect(row()).toMatchObject({ outcome: "ok" });
      expect(entered.map(({ tool }) => tool)).toEqual(["find", "find", "find", "book", "book"]);
    });
  });
});

test("a call that is given up before it was executed is not executed, and its row says so", async () => {
  const deciding = Promise.withResolvers<boolean>();
  const options: GateOptions = { tools: { book: { rules: { slow: () => deciding.promise } } } };
  await withServer({ options }, async ({ client, entered, rows }) => {
    const aborting = new AbortController();
    const params = { name: "book", arguments: { date: "2026-06-06" } };
    const call = client.callTool(params, undefined, { signal: aborting.signal }).catch(() => "given up");
    await sleep(20);
    aborting.abort();
    expect(await call).toBe("given up");
    await expect.poll(() => rows().length).toBe(1);
    deciding.resolve(true);
    await sleep(20);
    expect(entered).toEqual([]);
    expect(rows()).toMatchObject([{ outcome: "cancelled", effect: "none", retryClass: "retryable" }]);
  });
});

test("a low-level server's annotations count before its tools were listed to anybody", async () => {
  for (const kind of ["v1-low", "v2-low"] as const) {
    const options: GateOptions = { auditUnavailable: { mutating: "refuse" }, defaults: { timeout: 5_000 } };
    await withServer({ kind, options }, async ({ call, row }) => {
      await call("find", { id: "1" });
      expect(row()).toMatchObject({ mutability: "read", effect: "none" });
    });
  }
});

test("without options nothing is refused and answers are the tool's own", async () => {
  await withServer({ kind: "v1", options: {} }, async ({ call, row }) => {
    const answer = await call("book", { date: "06/06/2026" });
    expect(answer.isError).toBe(true);
    expect(answer.meta).toEqual({});
    expect(row()).toMatchObject({ outcome: "invalid_input", policyHash: null, wouldDeny: null });
  });
});
