import { storable } from "@tachograph/record";

const SHORT_TEXT = 64;
const MAX_BYTES_PER_UNIT = 3;
const TEXT_OID = 25;
const JSONB_VERSION = 1;
const POSTGRES_EPOCH_MS = 946_684_800_000;
const NULL_LENGTH = -1;
const TWO_TO_32 = 2 ** 32;
const NOT_HEX = 0xff;

const hexDigits = new Uint8Array(128).fill(NOT_HEX);
for (let digit = 0; digit < 16; digit++) hexDigits["0123456789abcdef".charCodeAt(digit)] = digit;

/** Signature, no flags, no extension. */
const HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

/** A value that does not go into its column, or that only Postgres can tell whether it does. */
export class UnfitValue extends Error {}

/**
 * Rows in the binary format of COPY. Every method writes one field; what is not plainly of the field's type throws
 * {@link UnfitValue}, and the row that it belongs to is taken back with `startRow`'s mark.
 */
export class CopyBuffer {
  #bytes: Buffer;
  #length: number;

  constructor(capacityBytes: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(capacityBytes, 1024));
    this.#length = HEADER.copy(this.#bytes);
  }

  /** @returns where the row begins, for `takeBack`. */
  startRow(fields: number): number {
    const mark = this.#length;
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(fields, mark);
    return mark;
  }

  takeBack(mark: number): void {
    this.#length = mark;
  }

  /** Everything written, with what ends it. The buffer is not to be used again. */
  finish(): Buffer {
    this.#reserve(TRAILER.length);
    TRAILER.copy(this.#bytes, this.#length);
    return this.#bytes.subarray(0, this.#length + TRAILER.length);
  }

  null(): void {
    this.#reserve(4);
    this.#int32(NULL_LENGTH);
  }

  /** NULs and halves of surrogate pairs become U+FFFD. */
  text(value: unknown): void {
    if (typeof value !== "string") throw new UnfitValue();
    const units = value.length;
    this.#reserve(4 + units * MAX_BYTES_PER_UNIT);
    const start = this.#length + 4;
    let end = start;
    if (units <= SHORT_TEXT) {
      // A loop is quicker than a call into the engine, and most short texts are ASCII.
      const bytes = this.#bytes;
      for (let at = 0; at < units; at++) {
        const unit = value.charCodeAt(at);
        if (unit >= 0x80 || unit === 0) break;
        bytes[end++] = unit;
      }
    }
    if (end - start < units) end = this.#utf8(value, start);
    this.#int32(end - start);
    this.#length = end;
  }

  uuid(value: unknown): void {
    if (typeof value !== "string" || value.length !== 36) throw new UnfitValue();
    this.#reserve(20);
    this.#int32(16);
    const bytes = this.#bytes;
    let end = this.#length;
    for (let at = 0; at < 36; at++) {
      if (at === 8 || at === 13 || at === 18 || at === 23) {
        if (value.charCodeAt(at) !== 0x2d) throw new UnfitValue();
        continue;
      }
      const high = hexDigits[value.charCodeAt(at)] ?? NOT_HEX;
      const low = hexDigits[value.charCodeAt(++at)] ?? NOT_HEX;
      if (high === NOT_HEX || low === NOT_HEX) throw new UnfitValue();
      bytes[end++] = (high << 4) | low;
    }
    this.#length = end;
  }

  integer(value: unknown): void {
    if (typeof value !== "number" || (value | 0) !== value) throw new UnfitValue();
    this.#reserve(8);
    this.#int32(4);
    this.#int32(value);
  }

  bigint(value: unknown): void {
    if (!Number.isSafeInteger(value)) throw new UnfitValue();
    this.#reserve(12);
    this.#int32(8);
    this.#int64(value as number);
  }

  boolean(value: unknown): void {
    if (typeof value !== "boolean") throw new UnfitValue();
    this.#reserve(5);
    this.#int32(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  /** Takes whole milliseconds since the epoch. */
  instant(value: unknown): void {
    if (typeof value !== "number" || !Number.isSafeInteger(value * 1000)) throw new UnfitValue();
    this.#reserve(12);
    this.#int32(8);
    this.#int64((value - POSTGRES_EPOCH_MS) * 1000);
  }

  /** Takes JSON text. */
  jsonb(json: string): void {
    this.#reserve(5 + json.length * MAX_BYTES_PER_UNIT);
    const start = this.#length + 5;
    const end = this.#utf8(json, start);
    this.#int32(end - start + 1);
    this.#bytes[this.#length] = JSONB_VERSION;
    this.#length = end;
  }

  texts(values: unknown): void {
    if (!Array.isArray(values)) throw new UnfitValue();
    this.#reserve(24);
    const lengthAt = this.#length;
    this.#length += 4;
    this.#int32(values.length > 0 ? 1 : 0);
    this.#int32(0);
    this.#int32(TEXT_OID);
    if (values.length > 0) {
      this.#int32(values.length);
      this.#int32(1);
      for (const value of values) this.text(value);
    }
    this.#bytes.writeInt32BE(this.#length - lengthAt - 4, lengthAt);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  #utf8(value: string, start: number): number {
    return start + this.#bytes.write(value.includes("\0") ? storable(value) : value, start, "utf8");
  }

  #int32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#length++] = value >>> 24;
    bytes[this.#length++] = value >>> 16;
    bytes[this.#length++] = value >>> 8;
    bytes[this.#length++] = value;
  }

  #int64(value: number): void {
    this.#int32(Math.floor(value / TWO_TO_32));
    this.#int32(value >>> 0);
  }
}
