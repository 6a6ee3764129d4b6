import { currentDelivery } from "./connection.ts";
import type { Principal } from "./options.ts";

/** What a tool's handler may know of the call that it serves. */
export interface CallContext {
  /** Id of the call's row. */
  readonly callId: string;
  /**
   * Equal on every attempt of one operation: hand it to the system behind the tool as its idempotency key. Null where
   * `once` is off for the tool.
   */
  readonly idempotencyKey: string | null;
  /** Executions of this operation so far, this one included. */
  readonly attempt: number;
  readonly principal: Principal | null;
  /** Aborts when the client gives up, the tool's `timeout` passes, or the operation was lost to another process. */
  readonly signal: AbortSignal;
  /**
   * With `mode: "atomic"`: the open transaction that settles the operation when the handler returns; give it to
   * `transactionOf` of `@tachograph/ledger`. Undefined otherwise.
   */
  readonly transaction: unknown;
}

/**
 * The call that the running code serves, anywhere inside of a tool's handler.
 *
 * @throws {Error} outside of a handler of a server with a gate.
 */
export function callContext(): CallContext {
  const delivery = currentDelivery.getStore();
  if (delivery === undefined)
    throw new Error("callContext(): call it inside of a tool's handler, of a server that tachograph() was put around");
  return delivery.context;
}
