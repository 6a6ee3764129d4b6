import { outcomes, retryKinds, type Outcome, type RetryKind } from "@tachograph/record";

export interface OutlineTool {
  serverName: string;
  tool: string | null;
}

/** Bits of {@link OutlinePiece.flags}. */
export const outlineFlags = { effectUnknown: 1, writes: 2, wouldDeny: 4, matches: 8 } as const;

/**
 * Some calls of a session, oldest first, as columns: what its drawing needs of each, and no more, so that 30,000 travel
 * in under a megabyte. Indexes count from the first call of the session; -1 where there is none.
 */
export interface OutlinePiece {
  ids: string[];
  startedAtMs: number[];
  durationUs: number[];
  /** Index into the set of outcomes, as `retryKinds` into theirs. */
  outcomes: number[];
  retryKinds: number[];
  flags: number[];
  /** Index into the tools of this piece and all before it. */
  tools: number[];
  /** Tools that this piece names first. */
  newTools: OutlineTool[];
  /** Index of the first call that is an attempt of the same thing; its own where there is none. */
  groups: number[];
  retryOf: number[];
  /** The call whose result it was answered with. */
  resultOf: number[];
  /** Only in the last piece. */
  end: OutlineEnd | null;
}

export interface OutlineEnd {
  /** Before which calls how many are missing, by the numbers that each gate gives to its calls. */
  gaps: [index: number, missing: number][];
  /** Whether the session has more calls than an outline holds. */
  isCut: boolean;
}

/** The calls of a session that have arrived so far. */
export interface Outline extends Omit<OutlinePiece, "newTools"> {
  toolNames: readonly OutlineTool[];
}

export const emptyOutline: Outline = {
  ids: [],
  startedAtMs: [],
  durationUs: [],
  outcomes: [],
  retryKinds: [],
  flags: [],
  tools: [],
  toolNames: [],
  groups: [],
  retryOf: [],
  resultOf: [],
  end: null,
};

const columns = [
  "ids",
  "startedAtMs",
  "durationUs",
  "outcomes",
  "retryKinds",
  "flags",
  "tools",
  "groups",
  "retryOf",
  "resultOf",
] as const;

export function withPiece(outline: Outline, piece: OutlinePiece): Outline {
  const grown = Object.fromEntries(
    columns.map((column) => [column, [...outline[column], ...piece[column]]]),
  ) as unknown as Outline;
  return { ...grown, toolNames: [...outline.toolNames, ...piece.newTools], end: piece.end };
}

/** One call of an outline. */
export interface OutlineCall {
  index: number;
  id: string;
  startedAtMs: number;
  durationUs: number;
  outcome: Outcome;
  retryKind: RetryKind;
  serverName: string;
  tool: string | null;
  effectUnknown: boolean;
  writes: boolean;
  wouldDeny: boolean;
  retryOf: number;
  resultOf: number;
}

export function callAt(outline: Outline, index: number): OutlineCall {
  const flags = outline.flags[index] ?? 0;
  const named = outline.toolNames[outline.tools[index] ?? -1];
  return {
    index,
    id: outline.ids[index] ?? "",
    startedAtMs: outline.startedAtMs[index] ?? 0,
    durationUs: outline.durationUs[index] ?? 0,
    outcome: outcomes[outline.outcomes[index] ?? -1] ?? "internal_error",
    retryKind: retryKinds[outline.retryKinds[index] ?? -1] ?? "first",
    serverName: named?.serverName ?? "",
    tool: named?.tool ?? null,
    effectUnknown: (flags & outlineFlags.effectUnknown) !== 0,
    writes: (flags & outlineFlags.writes) !== 0,
    wouldDeny: (flags & outlineFlags.wouldDeny) !== 0,
    retryOf: outline.retryOf[index] ?? -1,
    resultOf: outline.resultOf[index] ?? -1,
  };
}

/** Where a call stands, from its id; undefined where it has not arrived or is none of this session. */
export function indexOfCall({ ids }: Outline, id: string): number | undefined {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? "") < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : undefined;
}
