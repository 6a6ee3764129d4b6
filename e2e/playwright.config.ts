import { defineConfig } from "@playwright/test";
import { findChromium } from "./src/chromium.ts";

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "tests",
  // One service for all tests; each test only reads, or signs in by itself.
  workers: 1,
  // Room for a machine that is busy with something else; none of it is waited for.
  timeout: 90_000,
  // One fault of the machine must not stop a release; what passes at the second try is named in the report.
  retries: process.env.CI ? 1 : 0,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "test-results/results.json" }]],
  outputDir: "test-results/files",
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: findChromium(),
      args: [
        ...(isRoot ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
