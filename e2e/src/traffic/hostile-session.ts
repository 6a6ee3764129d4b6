import { newId, type RecordedCall } from "@tachograph/record";
import { callAt } from "./call-at.ts";
import type { Random } from "./random.ts";

export const HOSTILE_SESSION = "hostile-<script>alert(1)</script>/..%2f";

const RLO = "\u202e";
const ZWSP = "\u200b";

export const hostile = {
  markup: `<img src=x onerror="window.injected=1"><script>window.injected=1</script>`,
  toolName: `<b onmouseover=alert(1)>delete</b>${RLO}txt.exe`,
  clientName: `"><svg onload=alert(1)>\u001b[31mred`,
  long: `start ${"A".repeat(200_000)} the very end`,
} as const;

/** Calls in which everything that comes from outside is out to harm the reader. */
export function hostileSession(random: Random, startMs: number): RecordedCall[] {
  const session = {
    sessionId: HOSTILE_SESSION,
    instanceId: newId(),
    clientName: hostile.clientName,
    principal: `ann${ZWSP}@example.com`,
    serverName: `orders${RLO}`,
  };
  return [
    callAt(random, {
      ...session,
      startedAt: startMs,
      seq: 1,
      tool: hostile.toolName.slice(0, 256),
      outcome: "unknown_tool",
      errorCode: "unknown_tool",
      errorMessage: `no tool ${hostile.markup}`,
      arguments: { note: hostile.markup, [hostile.markup]: `\u001b[2J${RLO}${ZWSP}` },
    }),
    callAt(random, {
      ...session,
      startedAt: startMs + 4000,
      seq: 2,
      tool: "get_order",
      outcome: "ok",
      arguments: { id: "javascript:alert(1)", ["__proto__"]: { polluted: true }, nul: "a\0b" },
      result: { content: [{ type: "text", text: hostile.long }] },
    }),
  ];
}
