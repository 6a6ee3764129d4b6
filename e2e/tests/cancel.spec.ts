import { sql } from "kysely";
import { expect, test } from "../src/fixtures.ts";
import type { Service } from "../src/service.ts";

/** What the dashboard's connections are doing now. */
async function runningQueries({ ledger }: Service): Promise<string[]> {
  const { rows } = await sql<{ query: string }>`
    select query from pg_stat_activity where application_name = 'tachograph-dashboard' and state <> 'idle'`.execute(
    ledger.db,
  );
  return rows.map(({ query }) => query);
}

for (const [kind, headers] of [
  ["a page", {}],
  ["a part of a page", { RSC: "1" }],
] as const) {
  test(`queries of ${kind} end in Postgres when its browser leaves, and their connections serve others`, async ({
    service,
    signedIn,
    page,
  }) => {
    const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const leaving = new AbortController();
    await service.ledger.db.transaction().execute(async (transaction) => {
      // Whoever reads calls waits for this.
      await sql`lock table tool_calls in access exclusive mode`.execute(transaction);
      const answer = fetch(`${service.url}/calls`, { headers: { ...headers, cookie }, signal: leaving.signal })
        .then((response) => response.text())
        .catch((error: unknown) => error);
      await expect.poll(() => runningQueries(service)).not.toEqual([]);
      const leftAt = performance.now();
      leaving.abort();
      await answer;
      await expect.poll(() => runningQueries(service), { intervals: [20], timeout: 1_500 }).toEqual([]);
      // Sooner than any budget would have ended them.
      expect(performance.now() - leftAt).toBeLessThan(1_500);
    });
    await page.goto("/calls");
    await expect(page.getByRole("table", { name: "Calls" }).getByRole("row").nth(1)).toBeVisible();
  });
}
