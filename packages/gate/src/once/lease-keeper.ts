import type { OperationStore, Ownership, SettleAnswer, Settlement } from "@tachograph/record";
import { keyedHash } from "@tachograph/record/fingerprint";
import { noteSettled, noteUntold } from "../open-spans.ts";
import type { Diagnostic } from "../options.ts";
import { EndWatch } from "./end-watch.ts";

/** How long an operation may be silent before it counts as given up. */
export const LEASE_MS = 30_000;
const HEARTBEAT_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** Operations whose end waits for the store; beyond them a sweeper finds them in `unknown`. */
const MAX_WAITING = 10_000;

type Report = (diagnostic: Diagnostic) => void;

/** Whoever makes the fingerprints of a project. */
interface KeyOwner {
  project: string;
  fingerprintKey: Uint8Array;
}

interface Held {
  ownership: Ownership;
  /** Called where somebody else took the operation over. */
  onLost: () => void;
}

/**
 * Keeps the operations that this process executes: extends their leases, and settles them until the store has heard it.
 * One for each store.
 */
export class LeaseKeeper {
  readonly store: OperationStore;
  readonly watch: EndWatch;
  readonly #report: Report;
  readonly #held = new Map<string, Held>();
  /** Ends of operations that run here, for duplicates that wait for them. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #checkedKeys = new Map<string, Promise<boolean>>();
  /** What the store has not heard yet. */
  readonly #untold = new Set<Settlement>();
  #timer: NodeJS.Timeout | undefined;
  #isWarm = false;

  constructor(store: OperationStore, report: Report) {
    this.store = store;
    this.watch = new EndWatch(store, ({ project, operationId }) => this.#running.get(`${project}\0${operationId}`));
    this.#report = report;
  }

  /** Settlements that the store has not taken yet. */
  get waiting(): number {
    return this.#untold.size;
  }

  /** Whether this project's operations were made with the same fingerprint key; asked of the store once. */
  async hasSameKey({ project, fingerprintKey }: KeyOwner): Promise<boolean> {
    const checkValue = keyedHash(fingerprintKey, "fingerprint key");
    const name = `${project}\0${checkValue}`;
    const asked =
      this.#checkedKeys.get(name) ??
      this.store.checkFingerprintKey(project, checkValue).catch((error: unknown) => {
        this.#checkedKeys.delete(name);
        throw error;
      });
    this.#checkedKeys.set(name, asked);
    return asked;
  }

  /** Reaches for the store before the first call does. Where it is away, that is said when a call needs it. */
  warmUp(owner: KeyOwner): void {
    if (this.#isWarm) return;
    this.#isWarm = true;
    this.hasSameKey(owner).catch(() => undefined);
  }

  /** Holds a claimed operation until it is settled. */
  hold(ownership: Ownership, onLost: () => void): { release: () => void } {
    const { ownerToken, project, operationId } = ownership;
    let release = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      release = () => {
        this.#held.delete(ownerToken);
        if (this.#running.get(`${project}\0${operationId}`) === ended)
          this.#running.delete(`${project}\0${operationId}`);
        if (this.#held.size === 0) {
          clearInterval(this.#timer);
          this.#timer = undefined;
        }
        resolve();
      };
    });
    this.#held.set(ownerToken, { ownership, onLost });
    this.#running.set(`${project}\0${operationId}`, ended);
    this.#timer ??= setInterval(() => void this.#beat(), HEARTBEAT_MS).unref();
    return { release };
  }

  /**
   * Settles an operation. What the store does not take now is tried again until it does: an effect that happened is
   * never told as a failure.
   *
   * @returns undefined where the store has not heard it yet.
   */
  async settle(settlement: Settlement): Promise<SettleAnswer | undefined> {
    try {
      const answer = await this.store.settle(settlement);
      if (answer !== "lost") noteSettled(settlement);
      return answer;
    } catch (cause) {
      this.#report({
        code: "settle_failed",
        message: "the ledger did not take the end of an operation; it is told again until it does",
        cause,
      });
      if (this.#untold.size < MAX_WAITING) this.#settleLater(settlement, FIRST_RETRY_MS);
      return undefined;
    }
  }

  #settleLater(settlement: Settlement, afterMs: number): void {
    this.#untold.add(settlement);
    noteUntold(settlement);
    setTimeout(() => {
      this.#settleAgain(settlement).catch(() => this.#settleLater(settlement, Math.min(LONGEST_RETRY_MS, afterMs * 2)));
    }, afterMs).unref();
  }

  async #settleAgain(settlement: Settlement): Promise<void> {
    if (!this.#untold.has(settlement)) return;
    const answer = await this.store.settle(settlement);
    this.#untold.delete(settlement);
    noteSettled(settlement);
    if (answer !== "lost") return;
    this.#report({
      code: "ownership_lost",
      message: `another process took operation ${settlement.operationId} over while the ledger was away, and how it ended here is not recorded`,
    });
  }

  /** Tells the store once more what it has not heard, before the process ends. */
  async drain(): Promise<void> {
    await Promise.allSettled([...this.#untold].map(async (settlement) => this.#settleAgain(settlement)));
  }

  async #beat(): Promise<void> {
    const beating = [...this.#held.values()];
    let owned: Set<string>;
    try {
      owned = new Set(
        await this.store.heartbeat(
          beating.map(({ ownership }) => ownership),
          LEASE_MS,
        ),
      );
    } catch {
      // The lease outlives two beats; after that the operation is unknown until it is settled.
      return;
    }
    for (const { ownership, onLost } of beating) {
      if (!owned.has(ownership.operationId) && this.#held.has(ownership.ownerToken)) onLost();
    }
  }
}

/** Tells a store what it has not heard yet, where this process has operations in it. */
export const drainOperations = async (store: object | undefined): Promise<void> =>
  store === undefined ? undefined : keepers.get(store)?.drain();

/** Ends of operations that a store has not taken yet from this process. */
export const settlementsWaitingIn = (store: object | undefined): number =>
  store === undefined ? 0 : (keepers.get(store)?.waiting ?? 0);

const keepers = new WeakMap<object, LeaseKeeper>();

/** The keeper of a store, shared by all servers that use it. */
export function leaseKeeperOf(store: OperationStore, report: Report): LeaseKeeper {
  const known = keepers.get(store) ?? new LeaseKeeper(store, report);
  keepers.set(store, known);
  return known;
}
