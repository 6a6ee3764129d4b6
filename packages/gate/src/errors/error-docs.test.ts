import { expect, test } from "vitest";
import { errorTable } from "./error-table.ts";
import { RETRY_BUDGET } from "./retry-after.ts";

const classes = table([
  ["retry class", "what the agent does"],
  ["`retryable`", "the same call again, after a while"],
  ["`correctable`", "a corrected call"],
  ["`verify`", "looks whether it happened, before anything else"],
  ["`terminal`", "stops"],
]);

const INTRO = `# What a failure means

An agent that is told "error" tries again. So every failure is answered with two things: may it work later (the retry
class), and may it already have happened (the effect: \`none\`, \`applied\` or \`unknown\`)?

${classes}

What decides, in this order:

1. what the handler threw: \`retryable()\`, \`correctable()\`, \`verify()\`, \`terminal()\`, anywhere in the chain of causes;
2. your rules (\`errors\` of a tool), the first that matches;
3. the table below: the outermost error that it knows, at most 10 causes deep;
4. else: a tool that mutates may have acted (\`verify\`, effect \`unknown\`), one that reads stops (\`terminal\`).

The effect of a tool that only reads is always \`none\`. For an idempotent tool, every \`verify\` is \`retryable\`.

A \`retryable\` answer says when: what the upstream or you asked for, else 1 s, twice as long with each attempt, at most
60 s. The ${RETRY_BUDGET}rd failure of one operation is the last: \`terminal\`, with the code \`retry_budget_exhausted\`.

## The table

Signals are codes of Node, its libraries and system calls; \`http:\` and a status; \`sql:\` and an SQLSTATE or its class;
\`grpc:\` and a status; \`mcp:\` and a code of JSON-RPC. Your rules match by the same signals, or by the \`code\` or \`name\`
of an error of your own.

`;

function table(rows: readonly (readonly string[])[]): string {
  const [header = []] = rows;
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)].join("\n");
}

test("the documentation shows the error table as it is: vitest -u writes it anew", async () => {
  const rows = errorTable.map(({ meaning, signals, mutating, read }) => [
    meaning,
    signals.map((signal) => `\`${signal}\``).join(", "),
    mutating.retryClass,
    mutating.effect,
    read,
  ]);
  const header = ["what happened", "signals", "class, mutating", "effect, mutating", "class, reading"];
  await expect(`${INTRO}${table([header, ...rows])}\n`).toMatchFileSnapshot("../../docs/errors.md");
});
