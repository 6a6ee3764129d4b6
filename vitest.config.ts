import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // A test is a server: what this package guards against is a browser.
  resolve: {
    alias: {
      "server-only": fileURLToPath(new URL("apps/dashboard/node_modules/server-only/empty.js", import.meta.url)),
    },
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.{ts,tsx}"],
    globalSetup: ["packages/ledger/src/testing-setup.ts"],
    maxWorkers: 2,
    // What takes seconds on an idle machine takes a minute on a busy one; these only end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
