import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsIn } from "../failure-matrix/read-journal.ts";
import { toolPath } from "../packaging/npm-user.ts";
import { closeRecorders } from "../recorder.ts";
import { serve, type SdkVersion } from "./serve.ts";
import { tools } from "./tools.ts";

const folder = mkdtempSync(join(tmpdir(), "tachograph-conformance-"));
afterAll(async () => {
  await closeRecorders();
  rmSync(folder, { recursive: true, force: true });
});

interface Check {
  id: string;
  status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  errorMessage?: string;
}

/** What the suite says of each scenario. */
type Verdicts = Record<string, Check[]>;

/** Runs every server scenario of the suite, those that it holds pending too. */
async function judge(url: string, name: string): Promise<Verdicts> {
  const output = join(folder, name);
  mkdirSync(output);
  // Its exit code says whether all passed; the files say which did not.
  await new Promise((resolve) => {
    execFile(toolPath("conformance"), ["server", "--suite", "all", "--url", url, "--output-dir", output], resolve);
  });
  const entries = readdirSync(output).toSorted();
  return Object.fromEntries(
    entries.map((entry) => {
      const checks = JSON.parse(readFileSync(join(output, entry, "checks.json"), "utf8")) as Check[];
      const scenario = entry.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");
      return [scenario, checks.map(({ id, status, errorMessage }) => ({ id, status, errorMessage }))];
    }),
  );
}

const failuresIn = (verdicts: Verdicts): string[] =>
  Object.values(verdicts).flatMap((checks) => checks.filter(({ status }) => status === "FAILURE").map(({ id }) => id));

/** 1.x turns schemas into JSON Schema itself, and into draft 7. */
const beyondV1 = ["json-schema-2020-12-$schema", "json-schema-2020-12-$defs"];

describe.each<[SdkVersion, string[]]>([
  ["v1", beyondV1],
  ["v2", []],
])("the conformance suite on SDK %s", (sdk, beyondTheSdk) => {
  const journalDirectory = join(folder, `journal-${sdk}`);
  const fingerprintKey = "0123456789abcdef";
  let bare: Verdicts;
  let gated: Verdicts;

  beforeAll(async () => {
    const servers = [await serve(sdk, null), await serve(sdk, { journalDirectory, fingerprintKey })] as const;
    [bare, gated] = await Promise.all([judge(servers[0].url, `bare-${sdk}`), judge(servers[1].url, `gated-${sdk}`)]);
    await Promise.all(servers.map(async (server) => server.close()));
  });

  test("runs every scenario, and all that the SDK can pass passes", () => {
    expect(Object.keys(bare).length).toBeGreaterThanOrEqual(30);
    expect(failuresIn(bare)).toEqual(beyondTheSdk);
  });

  test("says the same with and without the gate", () => {
    expect(gated).toEqual(bare);
  });

  test("has a row for every tool it called through the gate", () => {
    const called = new Set(rowsIn(journalDirectory).map(({ tool }) => tool));
    expect(called).toEqual(new Set(Object.keys(tools)));
  });
});
