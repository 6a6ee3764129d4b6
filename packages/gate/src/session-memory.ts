import { RETRY_WINDOW_CALLS, type PastDelivery } from "@tachograph/record";

interface SessionState {
  seq: number;
  byTool: Map<string, PastDelivery[]>;
}

const MAX_SESSIONS = 5_000;
const MAX_TOOLS_PER_SESSION = 256;

/** What this process remembers of recent deliveries, by session and tool: hashes and outcomes, no values. Bounded. */
export class SessionMemory {
  readonly #sessions = new Map<string, SessionState>();
  /** The session of the last call, which is mostly the next one's too. */
  #newest: { session: string; state: SessionState } | undefined;

  /** The next sequence number of a session, from 1. */
  nextSeq(session: string): number {
    return ++this.#touch(session).seq;
  }

  /** The last deliveries of one tool in a session, oldest first. */
  past(session: string, tool: string): readonly PastDelivery[] {
    return this.#sessions.get(session)?.byTool.get(tool) ?? [];
  }

  remember(session: string, tool: string, delivery: PastDelivery): void {
    const { byTool } = this.#touch(session);
    const known = byTool.get(tool);
    const deliveries = known ?? [];
    deliveries.push(delivery);
    if (deliveries.length > RETRY_WINDOW_CALLS) deliveries.shift();
    if (known !== undefined) return;
    byTool.set(tool, deliveries);
    evictOldest(byTool, MAX_TOOLS_PER_SESSION);
  }

  #touch(session: string): SessionState {
    if (this.#newest?.session === session) return this.#newest.state;
    const state = this.#sessions.get(session) ?? { seq: 0, byTool: new Map<string, PastDelivery[]>() };
    this.#sessions.delete(session);
    this.#sessions.set(session, state);
    evictOldest(this.#sessions, MAX_SESSIONS);
    this.#newest = { session, state };
    return state;
  }
}

function evictOldest<T>(map: Map<string, T>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
