import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("a process that ends while its records wait in memory says how many are lost", () => {
  const program = `
    import { recorderFor } from ${JSON.stringify(join(import.meta.dirname, "recorder.ts"))};
    import { sampleCall } from "@tachograph/record/testing";
    const recorder = recorderFor({ journalDirectory: "/proc/no-such-place", fingerprintKey: "0123456789abcdef" });
    for (let index = 0; index < 3; index++) recorder.record(sampleCall(), null);
  `;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(stderr).toMatch(/the journal in \/proc\/no-such-place takes no more records/);
  expect(stderr).toMatch(/3 record\(s\) lost/);
});
