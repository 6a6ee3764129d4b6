import { isRefusal, outcomes, verdictOf } from "@tachograph/record";
import { expect, test } from "vitest";
import { familyStyles, outcomeFamilies, outcomeStyleOf, outcomeStyles } from "./outcome-style.ts";

test("no two families share a shape or a colour", () => {
  const styles = Object.values(familyStyles);
  expect(new Set(styles.map(({ shape }) => shape)).size).toBe(outcomeFamilies.length);
  expect(new Set(styles.map(({ color }) => color)).size).toBe(outcomeFamilies.length);
});

test("no two outcomes share a name", () => {
  expect(new Set(Object.values(outcomeStyles).map(({ label }) => label)).size).toBe(outcomes.length);
});

test("what was refused before it ran is never drawn as done, failed or uncertain", () => {
  for (const outcome of outcomes.filter(isRefusal)) {
    expect(["waiting", "guarded", "faulty", "refused"], outcome).toContain(outcomeStyles[outcome].family);
  }
});

test("what leaves a change uncertain without an answer is drawn hatched", () => {
  for (const outcome of ["timeout", "cancelled", "indeterminate"] as const) {
    expect(verdictOf(outcome, "mutating", true).effect).toBe("unknown");
    expect(familyStyles[outcomeStyles[outcome].family].hatched, outcome).toBe(true);
  }
});

test("an outcome of a later version is shown by its own word", () => {
  expect(outcomeStyleOf("teleported")).toMatchObject({ label: "teleported", family: "uncertain" });
  expect(outcomeStyleOf("constructor")).toMatchObject({ label: "constructor" });
});
