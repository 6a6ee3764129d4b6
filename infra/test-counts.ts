import { readFileSync } from "node:fs";

export interface Counts {
  passed: number;
  failed: number;
  /** Which tests failed, and how their complaints begin. */
  failures: string[];
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] | null }[];
  }[];
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
}

const LINES_OF_A_FAILURE = 12;

/** Undefined where the run wrote no report. */
export function readVitestReport(path: string): Counts | undefined {
  const report = readJson(path) as VitestReport | undefined;
  if (report === undefined) return undefined;
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    // A file that does not load has no test to blame.
    if (failed.length === 0) return status === "failed" ? [describeFailure(name, "", [message])] : [];
    return failed.map((test) => describeFailure(name, test.fullName, test.failureMessages ?? []));
  });
  return { passed: report.numPassedTests, failed: report.numFailedTests, failures };
}

function describeFailure(file: string, test: string, messages: string[]): string {
  const text = messages.join("\n").split("\n").slice(0, LINES_OF_A_FAILURE).join("\n");
  return `${file}${test === "" ? "" : ` › ${test}`}\n${text}`;
}

/** Undefined where the run wrote no report. A test that passed at the second try counts as passed. */
export function readPlaywrightReport(path: string): Counts | undefined {
  const report = readJson(path) as PlaywrightReport | undefined;
  // Its own output ends with what failed.
  return (
    report && { passed: report.stats.expected + report.stats.flaky, failed: report.stats.unexpected, failures: [] }
  );
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
