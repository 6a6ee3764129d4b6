import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, openLedger, recordHeartbeat, type Ledger } from "@tachograph/ledger";
import { startEmbeddedPostgres } from "@tachograph/ledger/embedded";
import { startDashboard, type DashboardProcess } from "./dashboard-process.ts";
import { recordDemoTraffic } from "./traffic/demo-traffic.ts";
import { seedLedger } from "./traffic/seed-ledger.ts";

export interface Service extends DashboardProcess {
  ledger: Ledger;
  databaseUrl: string;
  /** How many calls the demo's agents made just now, by way of gate and journal. */
  demoCalls: number;
}

/** A Postgres of its own with a week of calls, a heartbeat as of a worker, and the built dashboard on it. */
export async function startService({
  seededSessions,
  demoSessions = 8,
  environment,
}: {
  seededSessions: number;
  /** Sessions of the demo's agents, which take their time. */
  demoSessions?: number;
} & Pick<Parameters<typeof startDashboard>[0], "environment">): Promise<Service> {
  const directory = await mkdtemp(join(tmpdir(), "tachograph-e2e-"));
  const postgres = await startEmbeddedPostgres({ directory: join(directory, "postgres"), settings: { fsync: "off" } });
  await migrate({ url: postgres.url });
  const ledger = openLedger({ url: postgres.url, applicationName: "tachograph-e2e", claimBudgetMs: 10_000 });
  const instanceId = randomUUID();
  const startedAt = new Date();
  const beat = (): Promise<void> => recordHeartbeat(ledger, { kind: "worker", instanceId, startedAt });
  await beat();
  // A missed beat shows in the tests that look at health.
  const heart = setInterval(() => void beat().catch(() => {}), 5000);
  await seedLedger(ledger, { seed: 7, sessions: seededSessions });
  const demo = { databaseUrl: postgres.url, dataDirectory: join(directory, "gate"), seed: 7, sessions: demoSessions };
  const demoCalls = demoSessions === 0 ? 0 : await recordDemoTraffic(ledger, demo);
  const dashboard = await startDashboard({ databaseUrl: postgres.url, ...(environment && { environment }) });
  return {
    ...dashboard,
    ledger,
    databaseUrl: postgres.url,
    demoCalls,
    async stop() {
      clearInterval(heart);
      await dashboard.stop();
      await ledger.close();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
