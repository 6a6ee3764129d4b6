import { createHash } from "node:crypto";

/** A number in `[0, below)` that depends on nothing but the text: state that looks random and is the same in every run. */
export function hashNumber(text: string, below: number): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) % below;
}

/** The item of the list that belongs to the text. */
export function hashItem<Item>(text: string, items: readonly [Item, ...Item[]]): Item {
  return items[hashNumber(text, items.length)] ?? items[0];
}

/** A short upper-case code that belongs to the text, such as `7F3A09`. */
export function hashCode(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6).toUpperCase();
}
