import type { AsyncLocalStorage } from "node:async_hooks";

// Next bundles what runs at its start apart from the pages: this is how one finds the other.
const held = globalThis as { tachographRequest?: AsyncLocalStorage<AbortSignal> };

/** Keeps the signal of each request, aborted when its browser leaves before the answer is whole. */
export function keepRequestSignals(storage: AsyncLocalStorage<AbortSignal>): void {
  held.tachographRequest = storage;
}

/** That of the request that is being answered; undefined outside of one. */
export const requestSignal = (): AbortSignal | undefined => held.tachographRequest?.getStore();
