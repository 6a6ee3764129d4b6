import { describe, expect, test } from "vitest";
import { z } from "zod";
import { failedFieldsOf, findIssues } from "./issues.ts";

const schema = z.strictObject({ date: z.iso.date(), lines: z.array(z.object({ "a/b~c": z.number() })).optional() });

describe("the issues of arguments", () => {
  test("are paths and codes, without the values", async () => {
    const issues = await findIssues(schema, { date: "hunter2", lines: [{ "a/b~c": 1 }, { "a/b~c": "hunter2" }] });
    expect(issues).toEqual([
      { path: "/date", code: "invalid_format" },
      { path: "/lines/1/a~1b~0c", code: "invalid_type" },
    ]);
    expect(JSON.stringify(issues)).not.toContain("hunter2");
  });

  test("take absent arguments for empty ones", async () => {
    expect(await findIssues(schema, undefined)).toEqual([{ path: "/date", code: "invalid_type" }]);
  });

  test("are at most 20", async () => {
    expect(
      await findIssues(
        z.array(z.number()),
        Array.from({ length: 100 }, () => "x"),
      ),
    ).toHaveLength(20);
  });

  test("of an asynchronous schema are waited for", async () => {
    const slow = z.object({ city: z.string().refine(async () => Promise.resolve(false)) });
    expect(await findIssues(slow, { city: "x" })).toEqual([{ path: "/city", code: "custom" }]);
  });

  test.each<[string, unknown]>([
    ["no schema", undefined],
    ["a schema of another kind", { type: "object" }],
    [
      "a schema that throws",
      {
        "~standard": {
          validate: () => {
            throw new Error("no");
          },
        },
      },
    ],
    ["a schema whose refinement rejects", z.object({}).refine(async () => Promise.reject(new Error("no")))],
    ["an asynchronous schema that rejects", { "~standard": { validate: async () => Promise.reject(new Error("no")) } }],
  ])("are unknown with %s, and the process lives on", async (_name, odd) => {
    expect(await findIssues(odd, {})).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

test("the failed fields are the top-level arguments that issues point at, each once", () => {
  const issues = ["/a/0", "/a/1", "/b~1c~0d", ""].map((path) => ({ path, code: "x" }));
  expect(failedFieldsOf(issues)).toEqual(["a", "b/c~d"]);
  expect(failedFieldsOf(null)).toEqual([]);
});
