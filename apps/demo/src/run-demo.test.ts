import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startShipper } from "@tachograph/gate/journal";
import { openLedger } from "@tachograph/ledger";
import { createTestDatabase } from "@tachograph/ledger/testing";
import type { Outcome } from "@tachograph/record";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  hostileTexts,
  plantedSecrets,
  runDemo,
  type DemoReport,
  type DemoSession,
  type SentDelivery,
} from "./index.ts";

/** A run takes seconds, more where the machine is busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "demo-run-"));
  process.env["TACHOGRAPH_DATA_DIR"] = folder;
});
afterAll(() => {
  delete process.env["TACHOGRAPH_DATA_DIR"];
  rmSync(folder, { recursive: true, force: true });
});

const sentIn = (session: DemoSession): SentDelivery[] => session.episodes.flatMap((episode) => episode.sent);

describe("the seed", () => {
  test("makes the same sessions send the same calls, however they are interleaved", async () => {
    const one = await runDemo({ seed: 11, sessions: 8, concurrency: 6 });
    const two = await runDemo({ seed: 11, sessions: 8, concurrency: 2 });
    expect(two.sessions).toEqual(one.sessions);
  });

  test("makes others when it is another", async () => {
    const one = await runDemo({ seed: 11, sessions: 3 });
    const two = await runDemo({ seed: 12, sessions: 3 });
    expect(two.sessions.map(sentIn)).not.toEqual(one.sessions.map(sentIn));
  });
});

test("the rate holds calls back", async () => {
  const { seen, elapsedMs } = await runDemo({ seed: 5, sessions: 4, rate: 25 });
  const calls = Object.values(seen).reduce((sum, count) => sum + count, 0);
  expect(elapsedMs).toBeGreaterThan(((calls - 1) / 25) * 1000);
});

describe("a run, shipped to the ledger", () => {
  let report: DemoReport;
  let journal: string;
  let rows: Row[];
  let stored: string;

  interface Row {
    id: string;
    sessionId: string | null;
    serverName: string;
    tool: string | null;
    toolUseId: string | null;
    outcome: string;
    effect: string;
    retryKind: string;
    truncated: boolean;
    arguments: string | null;
  }

  beforeAll(async () => {
    const directory = join(folder, "journal");
    rmSync(directory, { recursive: true, force: true });
    report = await runDemo({ seed: 1, sessions: 20 });
    journal = readdirSync(directory)
      .map((file) => readFileSync(join(directory, file), "utf8"))
      .join("\n");

    await using database = await createTestDatabase();
    const ledger = openLedger({ url: database.url });
    const shipper = startShipper({ directory, sink: ledger });
    const select = () =>
      ledger.db
        .selectFrom("toolCalls")
        .leftJoin("payloads", (join) =>
          join.onRef("payloads.project", "=", "toolCalls.project").onRef("payloads.callId", "=", "toolCalls.id"),
        )
        .selectAll("toolCalls")
        .select(["payloads.arguments", "payloads.result"])
        .orderBy("toolCalls.id")
        .execute();
    for (let wait = 0; wait < 50 && (await select()).length < report.deliveries; wait++) {
      await shipper.flush();
      await sleep(100);
    }
    // Long enough for a row too many to show.
    await sleep(500);
    rows = await select();
    stored = JSON.stringify([rows, await ledger.db.selectFrom("toolDefinitions").selectAll().execute()]);
    await shipper.stop();
    await ledger.close();
  });

  const outcomes: Outcome[] = [
    "ok",
    "tool_error",
    "invalid_input",
    "invalid_output",
    "unknown_tool",
    "malformed",
    "unauthenticated",
    "denied",
    "rate_limited",
    "input_required",
    "cancelled",
    "indeterminate",
    "task_started",
  ];
  test.each(outcomes)("has a call that ended %s", (outcome) => {
    expect(rows.map((row) => row.outcome)).toContain(outcome);
  });

  test("has exactly one row for every delivery that left a client", () => {
    const sent = report.sessions.flatMap(sentIn).map(({ server, tool, toolUseId }) => {
      const serverName = server === "everything" ? "mcp-servers/everything" : server;
      return `${serverName} ${tool} ${toolUseId}`;
    });
    expect(rows.map(({ serverName, tool, toolUseId }) => `${serverName} ${tool} ${toolUseId}`).toSorted()).toEqual(
      sent.toSorted(),
    );
  });

  test.each(Object.entries(plantedSecrets))("keeps the planted %s out of journal and database", (_, secret) => {
    expect(report.sessions.flatMap(sentIn).some(({ argumentsText }) => argumentsText?.includes(secret))).toBe(true);
    expect(journal).not.toContain(secret);
    expect(stored).not.toContain(secret);
  });

  test("keeps bearer tokens out of journal and database", () => {
    const beginningOfEveryToken = Buffer.from('{"clientId":').toString("base64url");
    expect(journal).not.toContain(beginningOfEveryToken);
    expect(stored).not.toContain(beginningOfEveryToken);
  });

  test("keeps hostile arguments as they were sent", () => {
    const titles = rows
      .filter((row) => row.tool === "create_ticket" && row.arguments !== null)
      .map((row) => (JSON.parse(row.arguments ?? "") as { title: string }).title);
    for (const text of [
      hostileTexts.markup,
      hostileTexts.bidi,
      hostileTexts.nul,
      hostileTexts.terminal,
      hostileTexts.formula,
    ]) {
      expect(titles.some((title) => title.endsWith(text))).toBe(true);
    }
    const prototype = rows.find((row) => row.arguments?.includes('"prototype"'));
    expect(prototype?.arguments).toContain('"__proto__":{"isAdmin":true}');
  });

  test("says that it cut what was too large", () => {
    const huge = rows.find((row) => row.arguments?.includes('"huge"'));
    expect(huge?.truncated).toBe(true);
  });

  /** Outcome and retry kind of one tool's rows in an episode, in the first session that played it and can be told by its id. */
  function played(episodeName: string, tool: string): string[] {
    for (const session of report.sessions) {
      const at = session.episodes.findIndex((episode) => episode.name === episodeName);
      if (at === -1 || session.host === "script") continue;
      const before = session.episodes.slice(0, at).flatMap((episode) => episode.sent).length;
      const count = session.episodes[at]?.sent.length ?? 0;
      return rows
        .filter((row) => row.sessionId === session.sessionId)
        .slice(before, before + count)
        .filter((row) => row.tool === tool)
        .map((row) => `${row.outcome} ${row.retryKind}`);
    }
    throw new Error(`no session played "${episodeName}"`);
  }

  test.each([
    ["date in the wrong format", "create_ticket", ["invalid_input first", "ok corrected_retry"]],
    [
      "changes everything but the mistake",
      "create_ticket",
      ["invalid_input first", "invalid_input thrash", "invalid_input thrash", "invalid_input thrash"],
    ],
    ["the same refund twice", "refund_order", ["ok first", "ok repeat"]],
    ["refund that a person approves", "refund_order", ["input_required first", "ok continuation"]],
    ["refund that a person declines", "refund_order", ["input_required first", "tool_error continuation"]],
    ["refund without the scope for it", "refund_order", ["denied first"]],
    ["slow count, asked again", "check_stock", ["cancelled first", "ok model_retry"]],
    ["reservation that hangs", "reserve_stock", ["cancelled first", "ok model_retry"]],
    ["token runs out", "get_order", ["ok first", "unauthenticated first", "ok redelivery"]],
    ["HTTP session lost", "check_stock", ["ok first", "malformed first", "ok redelivery"]],
    ["invoice in yen", "create_invoice", ["invalid_output first", "invalid_output model_retry"]],
    ["server killed in the middle of an import", "import_tickets", ["indeterminate first", "ok first"]],
    ["tool that does not exist", "delete_ticket", ["unknown_tool first"]],
  ])("%s: %s comes out as scripted", (episode, tool, expected) => {
    expect(played(episode, tool)).toEqual(expected);
  });

  test("asking after an export until it is done is polling", () => {
    const [first, ...later] = played("export, asked after until it is done", "get_export");
    expect(first).toBe("ok first");
    expect(new Set(later)).toEqual(new Set(["ok poll"]));
  });
});
