import { readFileSync } from "node:fs";

export interface Counts {
  passed: number;
  failed: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
}

/** Undefined where the run wrote no report. */
export function readVitestReport(path: string): Counts | undefined {
  const report = readJson(path) as VitestReport | undefined;
  return report && { passed: report.numPassedTests, failed: report.numFailedTests };
}

/** Undefined where the run wrote no report. A test that passed at the second try counts as passed. */
export function readPlaywrightReport(path: string): Counts | undefined {
  const report = readJson(path) as PlaywrightReport | undefined;
  return report && { passed: report.stats.expected + report.stats.flaky, failed: report.stats.unexpected };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
