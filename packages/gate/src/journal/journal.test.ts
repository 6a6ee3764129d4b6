import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeFrames } from "./frame.ts";
import { Journal, type JournalOptions, type JournalProblem } from "./journal.ts";
import { callEntry, callOf } from "./testing-records.ts";

let directory: string;
let problems: JournalProblem[];
const codes = (): string[] => problems.map(({ code }) => code);
const journals: Journal[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "journal-"));
  problems = [];
});
afterEach(() => {
  for (const journal of journals.splice(0)) journal.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(options: Partial<JournalOptions> = {}): Journal {
  const journal = new Journal({
    directory,
    instanceId: newId(),
    shipsItself: false,
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  journals.push(journal);
  return journal;
}
const write = (journal: Journal, ...tools: string[]): void =>
  tools.forEach((tool) => journal.append(callEntry(callOf(tool))));
const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `t${from + index}`);
/** Calls in the whole frames of each file, torn tails left out. */
const toolsIn = (folder: string): (string | null)[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".journal"))
    .toSorted()
    .flatMap((name) => decodeFrames(readFileSync(join(folder, name))).entries)
    .flatMap(({ entry }) => (entry.kind === "call" ? [entry.call.tool] : []));

describe("a journal", () => {
  test("is with the kernel when append returns, in order, in segments that each say whose they are", () => {
    const journal = open({ segmentBytes: 4_000 });
    for (const tool of names(20)) {
      write(journal, tool);
      expect(toolsIn(directory).at(-1)).toBe(tool);
    }
    expect(toolsIn(directory)).toEqual(names(20));
    const files = readdirSync(directory).toSorted();
    expect(files.length).toBeGreaterThan(2);
    for (const [index, name] of files.entries()) {
      expect(decodeFrames(readFileSync(join(directory, name)), 1).entries[0]?.entry).toMatchObject({
        kind: "header",
        segment: index + 1,
        pid: process.pid,
      });
    }
    expect(codes()).toEqual([]);
  });

  test("goes on in a new segment after it was closed", () => {
    const journal = open();
    write(journal, "a");
    journal.close();
    write(journal, "b");
    expect(toolsIn(directory)).toEqual(["a", "b"]);
  });
});

test("a journal whose file was deleted says so and goes on in a new one", async () => {
  const journal = open({ fsyncIntervalMs: 5 });
  write(journal, "before");
  rmSync(directory, { recursive: true });
  write(journal, "into the void");
  await expect.poll(codes).toContain("record_dropped");
  write(journal, "after");
  expect(toolsIn(directory)).toEqual(["after"]);
});

test("a journal that was shipped and removed while its process was idle goes on in a new file, and loses nothing", async () => {
  const journal = open({ fsyncIntervalMs: 60_000 });
  write(journal, "shipped");
  rmSync(directory, { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  write(journal, "after the pause");
  expect(toolsIn(directory)).toEqual(["after the pause"]);
  expect(problems).toEqual([]);
});

describe("a folder that takes nothing", () => {
  /** A file where the folder should be: nobody, not even root, can write below it. */
  const blocked = (): string => join(directory, "in-the-way", "journal");
  const block = (): void => writeFileSync(join(directory, "in-the-way"), "");
  const unblock = (): void => {
    rmSync(join(directory, "in-the-way"), { force: true });
    mkdirSync(blocked(), { recursive: true });
  };

  test("never throws: records wait in memory, and are written in order when it takes them again", () => {
    block();
    const journal = open({ directory: blocked() });
    write(journal, ...names(10));
    expect([codes(), journal.stats().dropped]).toEqual([["journal_unwritable"], 0]);
    expect(problems[0]?.message).toContain(blocked());
    unblock();
    write(journal, ...names(5, 10));
    expect(toolsIn(blocked())).toEqual(names(15));
    expect(codes()).toEqual(["journal_unwritable", "journal_recovered"]);
  });

  test("gets them also where no further call comes", async () => {
    block();
    write(open({ directory: blocked() }), ...names(3));
    unblock();
    await vi.waitFor(() => expect(toolsIn(blocked())).toEqual(names(3)), 3_000);
  });

  test("costs records only when memory is full too, and each is counted", () => {
    block();
    const journal = open({ directory: blocked(), maxWaitingBytes: 5_000 });
    write(journal, ...names(20));
    const kept = 20 - journal.stats().dropped;
    expect(journal.stats().dropped).toBeGreaterThan(10);
    expect(codes().filter((code) => code === "record_dropped")).toHaveLength(journal.stats().dropped);
    unblock();
    write(journal, "last");
    expect(toolsIn(blocked())).toEqual([...names(kept), "last"]);
  });

  test("at the end loses what waited, once, and says so", () => {
    block();
    const journal = open({ directory: blocked() });
    write(journal, ...names(3));
    journal.close();
    journal.close();
    expect(journal.stats().dropped).toBe(3);
  });

  test("does not hurt where whoever is told of it throws, nor where a record cannot be written at all", () => {
    block();
    const journal = open({
      directory: blocked(),
      onProblem: () => {
        throw new Error("no");
      },
    });
    expect(() => write(journal, "a")).not.toThrow();
    const own = open();
    own.append(callEntry(callOf("bad", { seq: 1n as unknown as number })));
    write(own, "good");
    expect([toolsIn(directory), own.stats().dropped]).toEqual([["good"], 1]);
  });
});

const mountable =
  process.getuid?.() === 0 &&
  (() => {
    const probe = mkdtempSync(join(tmpdir(), "tmpfs-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", probe]).status === 0;
    if (mounted) execFileSync("umount", [probe]);
    rmSync(probe, { recursive: true, force: true });
    return mounted;
  })();

describe.runIf(mountable)("a disk that is full", () => {
  beforeEach(() => execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", directory]));
  afterEach(() => execFileSync("umount", ["-l", directory]));

  test("never throws, keeps whole what it took, and gets the rest when there is room", () => {
    writeFileSync(join(directory, "ballast"), Buffer.alloc(32_768));
    const journal = open({ segmentBytes: 10_000 });
    write(journal, ...names(60));
    expect([codes()[0], journal.stats().dropped]).toEqual(["journal_unwritable", 0]);
    const onDisk = toolsIn(directory);
    expect(onDisk).toEqual(names(onDisk.length));
    expect(onDisk.length).toBeLessThan(60);
    rmSync(join(directory, "ballast"));
    execFileSync("mount", ["-o", "remount,size=1m", directory]);
    write(journal, "last");
    expect(toolsIn(directory)).toEqual([...names(60), "last"]);
    expect(codes().at(-1)).toBe("journal_recovered");
  });
});

test("a file that may not grow any more never throws either, and loses nothing that memory holds", () => {
  const program = `
    import { Journal } from ${JSON.stringify(join(import.meta.dirname, "journal.ts"))};
    import { callEntry, callOf } from ${JSON.stringify(join(import.meta.dirname, "testing-records.ts"))};
    process.on("SIGXFSZ", () => undefined);
    const codes = [];
    const journal = new Journal({ directory: ${JSON.stringify(directory)}, instanceId: "00000000-0000-7000-8000-000000000000", shipsItself: false,
      onProblem: ({ code }) => codes.push(code) });
    for (let index = 0; index < 40; index++) journal.append(callEntry(callOf("t" + index)));
    console.log(JSON.stringify({ codes, dropped: journal.stats().dropped }));
    journal.close();
  `;
  const { stdout, status } = spawnSync(
    "sh",
    ["-c", 'ulimit -f 16; exec "$0" --input-type=module -e "$1"', process.execPath, program],
    { encoding: "utf8" },
  );
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ dropped: 0 });
  expect(toolsIn(directory)).toEqual(names(40));
});
