import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startEmbeddedPostgres } from "./embedded.ts";
import { findEngine, reachableEngine } from "./embedded/engine.ts";
import { canReach } from "./embedded/system-user.ts";

const isRoot = process.getuid?.() === 0;
const nobody = { name: "nobody", uid: 65534, gid: 65534 };
const isReadable = [process.execPath, fileURLToPath(import.meta.url)].every((path) => canReach(nobody, path));
const settings = { fsync: "off", shared_buffers: "16MB" };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tachograph-embedded-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function query<Row>(url: string, statement: string): Promise<Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(statement)) as unknown as Row[];
  } finally {
    await sql.end();
  }
}

const holder = `
  import { startEmbeddedPostgres } from ${JSON.stringify(fileURLToPath(new URL("./embedded.ts", import.meta.url)))};
  const { url } = await startEmbeddedPostgres({ directory: process.argv[1], settings: ${JSON.stringify(settings)} });
  console.log(url);
  setInterval(() => {}, 1000);`;

test("what was stored is there after a stop and another start, at the same address", async () => {
  const first = await startEmbeddedPostgres({ directory, settings });
  await query(first.url, "create table kept (word text); insert into kept values ('safe')");
  await first.stop();
  await first.exited;
  await expect(query(first.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });

  const second = await startEmbeddedPostgres({ directory, settings });
  expect(await query(second.url, "select word from kept")).toEqual([{ word: "safe" }]);
  expect(second.url).toBe(first.url);
  await second.stop();
  expect(statSync(join(directory, "password")).mode & 0o777).toBe(0o600);
});

test("it listens on 127.0.0.1 alone, and wants the password", async () => {
  const server = await startEmbeddedPostgres({ directory, settings });
  const shown = await query(
    server.url,
    "select current_setting('listen_addresses') as at, current_setting('unix_socket_directories') as socket",
  );
  expect(shown).toEqual([{ at: "127.0.0.1", socket: "" }]);
  const stranger = new URL(server.url);
  stranger.password = "wrong";
  await expect(query(stranger.toString(), "select 1")).rejects.toMatchObject({ code: "28P01" });
  await server.stop();
});

test("a folder whose Postgres runs already is refused, and the running one goes on", async () => {
  const server = await startEmbeddedPostgres({ directory, settings });
  await expect(startEmbeddedPostgres({ directory, settings })).rejects.toMatchObject({ code: "already_running" });
  expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await server.stop();
});

test("two first starts at once make one database: one runs, the other is refused", async () => {
  const starts = await Promise.allSettled([1, 2].map(() => startEmbeddedPostgres({ directory, settings })));
  const started = starts.filter((start) => start.status === "fulfilled");
  expect(started).toHaveLength(1);
  expect(starts.find((start) => start.status === "rejected")?.reason).toMatchObject({ code: "already_running" });
  await started[0]?.value.stop();
});

test("when its process is killed Postgres ends too, and the next start has what was committed", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", holder, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  await query(line.toString().trim(), "create table kept (word text); insert into kept values ('committed')");
  child.kill("SIGKILL");
  await once(child, "exit");
  const next = await startEmbeddedPostgres({ directory, settings });
  expect(await query(next.url, "select word from kept")).toEqual([{ word: "committed" }]);
  await next.stop();
});

test("after Postgres itself was killed its lock is no obstacle, whoever has its process number now", async () => {
  const server = await startEmbeddedPostgres({ directory, settings });
  const lockPath = join(directory, "data", "postmaster.pid");
  const lock = readFileSync(lockPath, "utf8").split("\n");
  process.kill(Number(lock[0]), "SIGKILL");
  await server.exited;
  expect(existsSync(lockPath)).toBe(true);
  writeFileSync(lockPath, [process.pid, ...lock.slice(1)].join("\n"));
  const next = await startEmbeddedPostgres({ directory, settings });
  expect(await query(next.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await next.stop();
});

test("a port that is taken and a setting that is wrong are said plainly", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await expect(startEmbeddedPostgres({ directory, port, settings })).rejects.toMatchObject({
    code: "start_failed",
    message: `Port ${port} on 127.0.0.1 is taken.`,
  });
  other.close();
  await expect(startEmbeddedPostgres({ directory, settings: { no_such_setting: "1" } })).rejects.toMatchObject({
    code: "start_failed",
    message: expect.stringContaining("no_such_setting") as string,
  });
});

test("a folder that is a file is unusable", async () => {
  const file = join(directory, "file");
  writeFileSync(file, "");
  await expect(startEmbeddedPostgres({ directory: file, settings })).rejects.toMatchObject({
    code: "directory_unusable",
  });
});

describe.runIf(isRoot)("as root", () => {
  test("Postgres runs as another user, in a folder that only root can enter as well", async () => {
    const secluded = join(directory, "home", "data");
    mkdirSync(join(directory, "home"), { mode: 0o700 });
    chmodSync(join(directory, "home"), 0o700);
    const first = await startEmbeddedPostgres({ directory: secluded, settings });
    await query(first.url, "create table kept ()");
    await first.stop();
    const again = await startEmbeddedPostgres({ directory: secluded, settings });
    expect(await query(again.url, "select count(*)::int as rows from kept")).toEqual([{ rows: 0 }]);
    const [data] = await query<{ at: string }>(again.url, "select current_setting('data_directory') as at");
    expect(statSync(data?.at ?? "").uid).not.toBe(0);
    await again.stop();
    rmSync(join(data?.at ?? "", ".."), { recursive: true });
  });

  test("programs that only root can reach are copied to where the other user can run them", () => {
    const found = findEngine();
    const native = join(directory, "private", "native");
    cpSync(found.native, native, { recursive: true, verbatimSymlinks: true });
    chmodSync(join(directory, "private"), 0o700);
    chmodSync(join(native, "lib"), 0o700);
    const home = join(directory, "home");
    mkdirSync(home);
    chmodSync(directory, 0o711);
    const engine = reachableEngine(home, nobody, { ...found, native, postgres: join(native, "bin", "postgres") });
    expect(engine.postgres.startsWith(home)).toBe(true);
    const run = spawnSync(engine.postgres, ["--version"], {
      uid: nobody.uid,
      gid: nobody.gid,
      encoding: "utf8",
      cwd: "/",
    });
    expect(run.stdout).toContain("(PostgreSQL) 18.");
    expect(reachableEngine(home, nobody, { ...found, native })).toEqual(engine);
    expect(reachableEngine(home, undefined, found).postgres).toBe(found.postgres);
  });

  test.runIf(isReadable)("another user than root starts it as well", () => {
    chmodSync(directory, 0o777);
    const script = holder
      .replace("const { url } =", "const server =")
      .replace("console.log(url);", "console.log(server.url); await server.stop();")
      .replace("setInterval(() => {}, 1000);", "");
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script, join(directory, "own")], {
      uid: nobody.uid,
      gid: nobody.gid,
      encoding: "utf8",
      env: { HOME: directory },
    });
    expect(run.stderr).toBe("");
    expect(run.stdout).toMatch(/^postgres:/);
  });
});
