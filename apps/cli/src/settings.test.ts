import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

describe("settings", () => {
  test("without any variable, the dashboard is on port 4477 with the demo and the embedded database", () => {
    const settings = readSettings({ HOME: "/home/ann" });
    expect(settings).toMatchObject({
      port: 4477,
      baseUrl: "http://127.0.0.1:4477",
      demo: true,
      databaseUrl: undefined,
    });
  });

  test.each(["0", "65536", "80a", "-1", "4477.5"])("a port %s is refused with the range that is allowed", (port) => {
    expect(() => readSettings({ TACHOGRAPH_PORT: port })).toThrow(
      expect.objectContaining({
        code: "bad_setting",
        message: `TACHOGRAPH_PORT is "${port}", which is no port number.`,
      }),
    );
  });

  test("a database address that is none is refused, without its password in the sentence", () => {
    const address = "mysql://root:hunter2@db/audit";
    const refusal = (): unknown => readSettings({ TACHOGRAPH_DATABASE_URL: address });
    expect(refusal).toThrow("TACHOGRAPH_DATABASE_URL is no address of a Postgres database.");
    expect(refusal).not.toThrow(/hunter2/);
  });

  test("the demo is switched with on and off, and a typing mistake is told", () => {
    expect(readSettings({ TACHOGRAPH_DEMO: "off" }).demo).toBe(false);
    expect(readSettings({ TACHOGRAPH_DEMO: "on" }).demo).toBe(true);
    expect(() => readSettings({ TACHOGRAPH_DEMO: "of" })).toThrow('TACHOGRAPH_DEMO is "of".');
  });

  test("a relative data directory is meant from where the command was typed", () => {
    expect(readSettings({ TACHOGRAPH_DATA_DIR: "data", INIT_CWD: "/home/ann" }).dataDirectory).toBe("/home/ann/data");
  });
});
