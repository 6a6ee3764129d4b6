import { V7Generator } from "uuidv7";

/** Random words are drawn a page at a time: one id needs three, and each draw costs as much as the rest of it. */
const pool = new Uint32Array(1024);
let used = pool.length;
function nextUint32(): number {
  if (used >= pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool[used++] as number;
}

const generator = new V7Generator({ nextUint32 });

/** A new UUIDv7: its first 48 bits are the time in milliseconds; values made by one process sort by time of making. */
export const newId = (): string => generator.generate().toString();

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in lower-case canonical form. */
export const isUuid = (text: string): boolean => uuidPattern.test(text);

/** The instant in a UUIDv7, in milliseconds since the epoch. */
export const idTime = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The smallest UUID of an instant: `id >= firstIdAt(from) and id < firstIdAt(to)` selects `[from, to)`. */
export function firstIdAt(timeMs: number): string {
  const clamped = Math.min(Math.max(Math.floor(timeMs), 0), 0xffff_ffff_ffff);
  const hex = clamped.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
