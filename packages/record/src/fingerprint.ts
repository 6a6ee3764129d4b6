import { hash } from "node:crypto";
import { canonicalJson, CanonicalJsonError } from "./canonical-json.ts";

const MAX_FIELDS = 64;
/** Levels that arguments may have; beside other parts they lie one deeper. */
const MAX_DEPTH = 64;

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const MAX_UTF8_PER_UNIT = 3;
/** Most arguments are short: their bytes are laid out here, behind the key's block. */
const scratch = Buffer.allocUnsafe(16 * 1024);
const padsByKey = new WeakMap<Uint8Array, { inner: Buffer; outer: Buffer }>();

function padsOf(key: Uint8Array): { inner: Buffer; outer: Buffer } {
  const known = padsByKey.get(key);
  if (known) return known;
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash("sha256", key, "buffer") : key);
  const pads = {
    inner: Buffer.from(block.map((byte) => byte ^ 0x36)),
    outer: Buffer.concat([block.map((byte) => byte ^ 0x5c), Buffer.alloc(DIGEST_BYTES)]),
  };
  padsByKey.set(key, pads);
  return pads;
}

/** HMAC-SHA256 (RFC 2104) of one-shot hashes: `createHmac` costs several times as much for texts this short. */
function hmac(key: Uint8Array, text: string): string {
  const { inner, outer } = padsOf(key);
  const fits = BLOCK_BYTES + text.length * MAX_UTF8_PER_UNIT <= scratch.length;
  const message = fits ? scratch : Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(text));
  inner.copy(message);
  const length = BLOCK_BYTES + message.write(text, BLOCK_BYTES, "utf8");
  outer.write(hash("sha256", message.subarray(0, length), "binary"), BLOCK_BYTES, "latin1");
  return hash("sha256", outer, "hex");
}

/**
 * HMAC-SHA256 (hex) of the canonical JSON of some parts, to name things that must be told apart: the first part says of
 * what kind.
 *
 * @throws {CanonicalJsonError} where a part has no canonical form.
 */
export const keyedHash = (key: Uint8Array, kind: string, ...parts: unknown[]): string =>
  hmac(key, canonicalJson([kind, ...parts], { maxDepth: MAX_DEPTH + 1 }));

function canonicalOrNull(value: unknown): string | null {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return null;
    throw error;
  }
}

/**
 * HMAC-SHA256 (hex) of the canonical arguments: equal JSON values give equal fingerprints whatever the order of their
 * members. Keyed, since arguments are guessable. Null where the arguments have no canonical form.
 *
 * @param args - The arguments as received; `undefined` counts as `{}`.
 * @param key - The project's key, 16 bytes or more.
 */
export function fingerprintArguments(args: unknown, key: Uint8Array): string | null {
  const canonical = canonicalOrNull(args ?? {});
  return canonical === null ? null : hmac(key, canonical);
}

/** A keyed hash (16 hex digits) for each of the first 64 top-level arguments, to see later which of them changed. */
export function hashFields(args: unknown, key: Uint8Array): Record<string, string> {
  const hashes = Object.create(null) as Record<string, string>;
  if (typeof args !== "object" || args === null || Array.isArray(args)) return hashes;
  for (const [field, member] of Object.entries(args).slice(0, MAX_FIELDS)) {
    const canonical = canonicalOrNull(member);
    if (canonical !== null) hashes[field] = hmac(key, `${field}\0${canonical}`).slice(0, 16);
  }
  return hashes;
}
