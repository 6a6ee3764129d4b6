import { describe, expect, test } from "vitest";
import { z } from "zod";
import * as z3 from "zod/v3";
import { REPLAY_KEY, replayNotice, type ReplayedResult } from "./replay-notice.ts";

const replay = { callId: "call-1", at: Date.UTC(2026, 5, 6, 12) };
const notice = {
  note: "This operation was done before. Nothing was executed again: this is its original result.",
  original_call_id: "call-1",
  done_at: "2026-06-06T12:00:00.000Z",
};
const text = { type: "text", text: `Replay: ${notice.note} Done at ${notice.done_at} by call call-1.` };
const original: ReplayedResult = Object.freeze({
  content: Object.freeze([{ type: "text", text: '{"refunded":5}' }]),
  structuredContent: Object.freeze({ refunded: 5 }),
  _meta: Object.freeze({ own: 1 }),
});

describe("a replayed result says so", () => {
  test("in its structured content, where hosts show that alone, and in _meta", () => {
    expect(replayNotice(original, replay)).toEqual({
      content: original.content,
      structuredContent: { refunded: 5, [REPLAY_KEY]: notice },
      _meta: { own: 1, [REPLAY_KEY]: notice },
    });
  });

  test.each<[string, unknown]>([
    ["a JSON Schema that leaves room", { type: "object", properties: { refunded: { type: "number" } } }],
    ["a loose zod object", z.looseObject({ refunded: z.number() })],
  ])("in its structured content with %s", (_name, schema) => {
    expect(replayNotice(original, replay, schema).structuredContent).toHaveProperty(REPLAY_KEY);
  });

  test.each<[string, unknown]>([
    [
      "a JSON Schema that is closed",
      { type: "object", properties: { refunded: { type: "number" } }, additionalProperties: false },
    ],
    ["a zod object, which is listed as closed", z.object({ refunded: z.number() })],
    ["a schema that cannot say how it is listed", z3.object({ refunded: z3.number() }).passthrough()],
    ["a schema that cannot be used", { type: "strng" }],
  ])("in a text in front with %s", (_name, schema) => {
    expect(replayNotice(original, replay, schema)).toEqual({
      content: [text, ...(original.content as object[])],
      structuredContent: { refunded: 5 },
      _meta: { own: 1, [REPLAY_KEY]: notice },
    });
  });

  test("in a text in front where there is none, and where it was an error", () => {
    expect(replayNotice({ content: [] }, replay).content).toEqual([text]);
    expect(replayNotice({}, replay)).toEqual({ content: [text], _meta: { [REPLAY_KEY]: notice } });
    const failed = replayNotice({ ...original, isError: true }, replay);
    expect(failed).toMatchObject({ isError: true, structuredContent: { refunded: 5 } });
    expect(failed.content).toMatchObject([
      {
        text: expect.stringMatching(
          /^Replay: This operation was tried before\. Nothing was executed again: .*Answered at/,
        ),
      },
      {},
    ]);
  });
});
