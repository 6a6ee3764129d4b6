import { administer } from "@tachograph/ledger/testing";

type Sql = Parameters<Parameters<typeof administer>[1]>[0];

/** The table that `pay_atomic` writes to, in the transaction that settles its operation. */
export async function createEffects(sql: Sql): Promise<void> {
  await sql`create table effects (operation text not null, order_id text not null)`;
}

/** Effects that were committed, of one order. */
export async function countEffects(databaseUrl: string, order: string): Promise<number> {
  return (await listEffects(databaseUrl)).filter((effect) => effect.order === order).length;
}

export async function listEffects(databaseUrl: string): Promise<{ operation: string; order: string }[]> {
  const effects: { operation: string; order: string }[] = [];
  await administer(databaseUrl, async (sql) => {
    effects.push(
      ...(await sql<{ operation: string; order: string }[]>`select operation, order_id as "order" from effects`),
    );
  });
  return effects;
}
