import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { canonicalJson, CanonicalJsonError } from "./canonical-json.ts";

const MAX_FIELDS = 64;

const keyObjects = new WeakMap<Uint8Array, KeyObject>();

/** A key object made once: handing the bytes over each time costs seven times as much as the hash itself. */
function keyObjectOf(key: Uint8Array): KeyObject {
  const known = keyObjects.get(key);
  if (known) return known;
  const made = createSecretKey(key);
  keyObjects.set(key, made);
  return made;
}

const hmac = (key: Uint8Array, text: string): string =>
  createHmac("sha256", keyObjectOf(key)).update(text).digest("hex");

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
