import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { optionNames } from "./check-options.ts";

const reference = readFileSync(fileURLToPath(new URL("../docs/options.md", import.meta.url)), "utf8");
const sections = new Map(
  reference
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")).replaceAll("`", ""), section]),
);
/** What the first column of a section's table names. */
const namesIn = (title: string): string[] =>
  [...(sections.get(title) ?? "").matchAll(/^\| `(\w+)`/gm)].map((match) => match[1] as string);

test.each([
  ["For the gate", optionNames.gate],
  ["For a tool", optionNames.tool],
  ["defaults", optionNames.defaults],
  ["A rule", optionNames.rule],
  ["A limit", optionNames.limit],
  ["once", optionNames.once],
  ["Errors of your own", optionNames.error],
  ["auditUnavailable", optionNames.auditUnavailable],
])("the reference of options names all that there are, and no others: %s", (title, names) => {
  expect(namesIn(title).toSorted()).toEqual(names.toSorted());
});
