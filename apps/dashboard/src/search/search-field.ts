/** A field that a search may name: `outcome:denied`. */
export interface SearchField {
  name: string;
  /** What it holds, in a few words: shown beside the name while somebody types. */
  about: string;
  /** The only values there are. Any text, where not given. */
  values?: readonly string[];
  /** Names that stand for several values at once. */
  groups?: Readonly<Record<string, readonly string[]>>;
}

/** A part of a search that cannot be understood: where it stands, and what to write instead. */
export interface SearchFault {
  /** Offsets in the text, `[start, end)`. */
  start: number;
  end: number;
  message: string;
  /** What may have been meant, to be put in its place. */
  instead: string[];
}

export interface ParsedSearch {
  /** The values that are asked for, by field. */
  terms: Record<string, string[]>;
  /** The words that name no field; undefined where there are none. */
  text: string | undefined;
  faults: SearchFault[];
}
