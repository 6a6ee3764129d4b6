import "server-only";
import { cutText } from "../inert/inert-segments.ts";
import type { TextSlice } from "../inert/inert-block.tsx";

const FIRST_LENGTH = 16_384;
const NEXT_LENGTH = 65_536;

/** A piece of a long text; whole characters only. */
export function sliceText(text: string, offset = 0): TextSlice {
  const start = Math.min(Math.max(Math.trunc(offset), 0), text.length);
  const piece = cutText(text.slice(start), start === 0 ? FIRST_LENGTH : NEXT_LENGTH);
  const end = start + piece.length;
  return { text: piece, totalLength: text.length, nextOffset: end < text.length ? end : undefined };
}
