import { setMaxListeners } from "node:events";
import { hashNumber } from "./servers/hash-number.ts";
import type { Payout } from "./servers/payments/order-book.ts";
import { startServerFleet } from "./servers/server-fleet.ts";
import { AgentSession } from "./simulator/agent-session.ts";
import { newTally, type Sight } from "./simulator/answer.ts";
import { ConnectionPool } from "./simulator/connection-pool.ts";
import type { SentDelivery } from "./simulator/delivery-log.ts";
import { Pace } from "./simulator/pace.ts";
import { Random } from "./simulator/random.ts";
import { planSession, type Traffic } from "./simulator/session-plan.ts";

export interface DemoProgress {
  sessionsDone: number;
  calls: number;
  elapsedMs: number;
}

export interface DemoOptions {
  /** The same seed makes the same sessions send the same calls. */
  seed: number;
  /** How many sessions to play. */
  sessions: number;
  /** Stories that show every outcome, or plain load with low overhead. @defaultValue "stories" */
  traffic?: Traffic;
  /** Calls per second over all sessions; 0 means as fast as possible. @defaultValue 0 */
  rate?: number;
  /** Sessions at a time. @defaultValue 6 */
  concurrency?: number;
  /** Begin no session after this many seconds. @defaultValue no limit */
  durationSeconds?: number;
  /** Stops the run: calls under way are dropped and every server is ended. */
  signal?: AbortSignal;
  /** Called about once a second. */
  onProgress?: (progress: DemoProgress) => void;
}

export interface DemoEpisode {
  name: string;
  /** What left the session's clients in it, in order. */
  sent: SentDelivery[];
}

export interface DemoSession {
  /** Number in the run, from 0. */
  number: number;
  sessionId: string;
  persona: string;
  host: string;
  episodes: DemoEpisode[];
}

export interface DemoReport {
  sessions: DemoSession[];
  /** How many `tools/call` left the clients, what SDKs repeated on their own included. */
  deliveries: number;
  /** Calls that agents made, by what the client saw of them. */
  seen: Record<Sight, number>;
  elapsedMs: number;
  /** Whether the signal ended the run early. */
  stopped: boolean;
  /** What the shop paid out, by its own books and not by the gate's. Empty where the run was stopped. */
  payouts: Payout[];
  /** Why no operation was remembered, so that every delivery was executed; undefined where they were. */
  withoutOnce: string | undefined;
}

/** Numbers of orders that a seed may begin at. */
const FIRST_NUMBERS = 25_000;

/**
 * Starts the demo's servers, lets agents use them, and ends the servers. Every server is wrapped by the gate, which
 * writes its journal where the environment (`TACHOGRAPH_DATA_DIR`) says and keeps operations in the database that
 * `openLedger()` finds. The same seed a second time with the same database is a run of duplicates, and answered as such.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const {
    seed,
    sessions,
    traffic = "stories",
    rate = 0,
    concurrency = 6,
    durationSeconds = Infinity,
    onProgress,
  } = options;
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  setMaxListeners(0, signal);

  const fleet = await startServerFleet();
  void fleet.lost.then((error) => abort.abort(error));
  const pool = new ConnectionPool(fleet);
  const pace = new Pace(rate);
  const seen = newTally();
  const done: DemoSession[] = [];
  const firstNumber = hashNumber(`orders of ${seed}`, FIRST_NUMBERS) * 40;
  let payouts: Payout[] = [];
  let calls = 0;
  let next = 0;

  const play = async (number: number): Promise<void> => {
    const random = new Random(seed, `session ${number}`);
    const { persona, host, episodes } = planSession(number, random, traffic);
    const session = new AgentSession({
      number,
      firstNumber,
      host,
      random,
      fleet,
      pool,
      pace,
      signal,
      onAnswer: (answer) => {
        calls++;
        seen[answer.seen]++;
      },
    });
    const played: DemoEpisode[] = [];
    try {
      for (const episode of episodes) {
        const before = session.sent.length;
        await episode.play(session);
        played.push({ name: episode.name, sent: session.sent.slice(before) });
      }
    } finally {
      await pool.closeSession(number);
    }
    done.push({ number, sessionId: session.sessionId, persona: persona.name, host: host.name, episodes: played });
  };
  const worker = async (): Promise<void> => {
    while (next < sessions && !signal.aborted && elapsed() < durationSeconds * 1000) await play(next++);
  };

  const ticker = setInterval(() => onProgress?.({ sessionsDone: done.length, calls, elapsedMs: elapsed() }), 1_000);
  const workers = Array.from({ length: Math.min(concurrency, sessions) }, worker);
  try {
    await Promise.all(workers);
    payouts = await fleet.listPayouts();
  } catch (error) {
    // Being stopped is no fault; and where the servers were lost, that is why a session failed.
    const fault: unknown = abort.signal.aborted ? abort.signal.reason : error;
    if (!options.signal?.aborted) throw fault;
  } finally {
    clearInterval(ticker);
    abort.abort();
    // Ends the calls under way; their sessions then see that it is over.
    await pool.closeAll();
    await Promise.allSettled(workers);
    await fleet.stop();
  }
  done.sort((left, right) => left.number - right.number);
  return {
    sessions: done,
    deliveries: done.flatMap((session) => session.episodes.flatMap((episode) => episode.sent)).length,
    seen,
    elapsedMs: elapsed(),
    stopped: options.signal?.aborted ?? false,
    payouts,
    withoutOnce: fleet.withoutOnce,
  };
}
