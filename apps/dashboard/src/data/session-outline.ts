import "server-only";
import { readSessionOutline } from "@tachograph/ledger";
import { createOutlineBuilder } from "../sessions/outline-builder.ts";
import type { OutlinePiece } from "../sessions/outline.ts";
import { getReader } from "./ledger.ts";
import { authorize } from "./viewer.ts";

const FIRST_PIECE = 100;
const PIECE = 5_000;
/** Calls that an outline holds: beyond them the list of calls is the place to look. */
const MAX_CALLS = 100_000;

interface OutlineOptions {
  project: string;
  sessionId: string;
  /** Marks the calls that hold it. */
  text: string | undefined;
}

/** What fits on a first screen of a session, and says whether that is all. */
export async function getFirstOutlinePiece(options: OutlineOptions): Promise<OutlinePiece> {
  await authorize("rows", options.project);
  const pieces = readSessionOutline(getReader(), { ...options, firstPiece: FIRST_PIECE, piece: PIECE });
  const { value: calls = [] } = await pieces.next();
  await pieces.return(undefined);
  return createOutlineBuilder().add(calls, calls.length < FIRST_PIECE ? { isCut: false } : null);
}

/** The outline of a session from its first call to its last. */
export async function readOutline(options: OutlineOptions): Promise<AsyncGenerator<OutlinePiece>> {
  await authorize("rows", options.project);
  return outline(options);
}

async function* outline(options: OutlineOptions): AsyncGenerator<OutlinePiece> {
  const builder = createOutlineBuilder();
  let read = 0;
  for await (const calls of readSessionOutline(getReader(), { ...options, firstPiece: PIECE, piece: PIECE })) {
    read += calls.length;
    const isCut = read >= MAX_CALLS && calls.length === PIECE;
    const isLast = isCut || calls.length < PIECE;
    yield builder.add(calls, isLast ? { isCut } : null);
    if (isLast) return;
  }
  yield builder.add([], { isCut: false });
}
