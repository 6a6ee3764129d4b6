/** One session as the list shows it. Texts from outside are still raw. */
export interface SessionRow {
  project: string;
  /** The session's id; `id`, so that tables can key on it. */
  id: string;
  source: string;
  clientName: string | null;
  clientVersion: string | null;
  /** Those who called in it; usually one. */
  principals: string[];
  servers: string[];
  tools: string[];
  firstCallAtMs: number;
  lastCallAtMs: number;
  durationMs: number;
  calls: number;
  outcomes: Record<string, number>;
  refusals: number;
  denials: number;
  retries: number;
  corrections: number;
  replays: number;
  /** Possible double writes. */
  repeats: number;
  errors: number;
  unknownEffects: number;
}
