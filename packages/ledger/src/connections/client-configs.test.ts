import { expect, test, vi } from "vitest";
import { openPool } from "../connection.ts";
import { clientConfigs } from "./client-configs.ts";

const configsOf = (url: string): ReturnType<typeof clientConfigs> =>
  clientConfigs(openPool({ url, applicationName: "test" }).options);

test("an address names the same database for both drivers", () => {
  expect(configsOf("postgres://ann:p%40ss@db.example:5433/trail")).toMatchObject([
    { host: "db.example", port: 5433, user: "ann", password: "p@ss", database: "trail", application_name: "test" },
  ]);
});

test("several hosts are tried in turn, each at its port", () => {
  expect(configsOf("postgres://ann@one:5433,two:5434/trail")).toMatchObject([
    { host: "one", port: 5433 },
    { host: "two", port: 5434 },
  ]);
});

test("encryption is asked for as the address says", () => {
  const tls = (mode: string): unknown[] => configsOf(`postgres://ann@db/trail?sslmode=${mode}`).map(({ ssl }) => ssl);
  expect(tls("disable")).toEqual([false]);
  expect(tls("require")).toEqual([{ rejectUnauthorized: false }]);
  expect(tls("prefer")).toEqual([{ rejectUnauthorized: false }, false]);
  expect(tls("verify-full")).toEqual([true]);
});

test("settings in the address are settings of the session", () => {
  expect(configsOf("postgres://ann@db/trail?search_path=tachograph,public")[0]?.options).toBe(
    "-c search_path=tachograph,public",
  );
  const { options } = openPool({ url: "postgres://ann@db/trail", statementTimeoutMs: 700 });
  expect(clientConfigs(options)[0]?.statement_timeout).toBe(700);
});

test("a socket's folder is its host", () => {
  vi.stubEnv("PGHOST", "/run/postgresql");
  const [config] = configsOf("postgres:///trail");
  vi.unstubAllEnvs();
  expect([config?.host, config?.port]).toEqual(["/run/postgresql", 5432]);
});
