import type postgres from "postgres";

/** What a handler may use beside the template: nothing here ends the transaction or leaves it. */
const statements = ["unsafe", "file", "notify"];
const helpers = ["json", "array", "typed", "types"];
const guarded = new WeakSet();

type Call = (...given: unknown[]) => unknown;

export interface GuardedTransaction {
  transaction: postgres.TransactionSql;
  /** From now on every statement is refused, for this reason. */
  close(reason: string): void;
}

/**
 * Statements of one transaction on a connection of its own. Refuses them once it is over or its connection is lost: the
 * driver would run them on the next connection, outside of any transaction.
 */
export function guardTransaction(sql: postgres.Sql): GuardedTransaction {
  let closedBecause: string | undefined;
  let savepoints = 0;

  const assertOpen = (): void => {
    if (closedBecause !== undefined) throw new Error(`the transaction cannot be used: ${closedBecause}`);
  };

  async function savepoint(...given: [Inside] | [string, Inside]): Promise<unknown> {
    const work = given.length === 1 ? given[0] : given[1];
    assertOpen();
    const name = sql(`s${savepoints++}`);
    await sql`savepoint ${name}`;
    try {
      const result = work(transaction);
      const value: unknown = await (Array.isArray(result) ? Promise.all(result) : result);
      assertOpen();
      return value;
    } catch (error) {
      if (closedBecause === undefined) await sql`rollback to savepoint ${name}`;
      throw error;
    }
  }

  const checked =
    (call: Call): Call =>
    (...given) => {
      assertOpen();
      return call(...given);
    };
  const run: Call = (...given) => Reflect.apply(sql, undefined, given);
  const of = (name: string): Call => Reflect.get(sql, name) as Call;
  const transaction = Object.assign(
    checked(run),
    Object.fromEntries(statements.map((name) => [name, checked(of(name))])),
    Object.fromEntries(helpers.map((name) => [name, of(name)])),
    { savepoint },
  ) as unknown as postgres.TransactionSql;
  guarded.add(transaction);
  return {
    transaction,
    close(reason) {
      closedBecause ??= reason;
    },
  };
}

type Inside = (sql: postgres.TransactionSql) => unknown;

/**
 * The transaction that an atomic handler is given, as the type that the driver has for it. What is done in it happens
 * if, and only if, the operation settles.
 *
 * @throws {TypeError} where the value is not such a transaction
 */
export function transactionOf(value: unknown): postgres.TransactionSql {
  if (typeof value === "function" && guarded.has(value)) return value as unknown as postgres.TransactionSql;
  throw new TypeError(
    "not the transaction of an atomic execution: only handlers of `once: { mode: 'atomic' }` get one",
  );
}
