import { formatCount } from "../format.ts";

/** A tool with what of its calls in a session is told. */
export interface StoryTool {
  serverName: string;
  tool: string | null;
  calls: number;
  firstAtMs: number;
  lastAtMs: number;
}

/** What somebody asks of a session first, answered over all of its calls. */
export interface SessionStory {
  /** Calls that may have been a second effect: the first of them, and how many there are. */
  twice: { id: string; tool: string | null; startedAtMs: number }[];
  twiceCount: number;
  retries: StoryTool[];
  denials: StoryTool[];
  /** Whether the last retry is so recent that it is likely to go on. */
  isRetrying: boolean;
}

export function twiceSentence(count: number): string {
  if (count === 0) return "Nothing happened twice.";
  return count === 1 ? "1 call may have happened twice:" : `${formatCount(count)} calls may have happened twice:`;
}

/** `Retrying now, 14 times so far:` */
export function retryingSentence(retries: number, isRetrying: boolean): string {
  if (retries === 0) return "Nothing was retried.";
  const times = retries === 1 ? "once" : `${formatCount(retries)} times`;
  return isRetrying ? `Retrying now, ${times} so far:` : `Not retrying any more; it retried ${times}:`;
}
