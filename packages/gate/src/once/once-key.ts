import { userInfo } from "node:os";
import { CanonicalJsonError, newId, type KeySource } from "@tachograph/record";
import { keyedHash } from "@tachograph/record/fingerprint";
import type { Delivery } from "../delivery.ts";
import { isObject } from "../is-object.ts";
import type { CallFacts, OnceOptions } from "../options.ts";
import type { ConnectionFacts } from "../delivery-inputs.ts";

/** What names an operation. */
export interface OperationKey {
  operationId: string;
  /** Null where nothing names it: it is a new one, and only the guard stands before a blind repeat. */
  source: KeySource | null;
  fingerprint: string;
  guard: string | null;
  /** Where the operation is and whom it belongs to: a token is good for nothing and nobody else. */
  scope: string;
  /** Whether the caller can be known again. */
  isVerified: boolean;
}

/** Why a call cannot be an operation. */
export interface KeyIssue {
  path: string;
  code: string;
  expected: string;
}

export interface KeyInputs {
  delivery: Delivery;
  tool: string;
  facts: CallFacts;
  once: OnceOptions;
  connection: ConnectionFacts;
  fingerprintKey: Uint8Array;
  /** `_meta` keys beside the standard one. */
  metaKeys: readonly string[];
}

const META_KEY = "tachograph/idempotencyKey";
const printable = /^[\x20-\x7e]{1,255}$/;
const KEY_EXPECTED = "1 to 255 printable ASCII characters";

/**
 * Finds the key of an operation, the highest source that has one: what the client's host says, an argument, what the
 * author declares, the host's id of the call.
 *
 * @throws whatever the author's `key` throws.
 */
export function findKey(inputs: KeyInputs): OperationKey | KeyIssue {
  const { delivery, once, tool, connection, fingerprintKey } = inputs;
  const found = keyOf(inputs);
  if (found !== null && "code" in found) return found;
  const { call, received } = delivery;
  const hashOf = (kind: string, ...parts: unknown[]): string => keyedHash(fingerprintKey, kind, ...parts);
  let fingerprint: string;
  let continuation: string | null = null;
  const place = [call.project, call.serverName, tool];
  try {
    const args = identifyingArguments(received.arguments, once);
    fingerprint = hashOf("fingerprint", place, args);
    if (received.continues) continuation = hashOf("continuation", inputsOf(delivery));
  } catch (error) {
    if (!(error instanceof CanonicalJsonError)) throw error;
    return { path: "", code: error.code, expected: "arguments of at most 64 levels and 1 MiB that are plain JSON" };
  }
  const scope = scopeOf(delivery, connection);
  const isVerified = scope.kind !== "connection";
  // Callers whom nothing verifies have a scope for each connection: there a key finds nothing again, and the guard stays.
  const explicit = found !== null && found.source !== "delivery" && isVerified;
  // Legs of one multi-round call that share a key are one operation; a twin is only a twin with the same input.
  return {
    operationId:
      found === null ? hashOf("operation", newId()) : hashOf("operation", place, scope, found.source, found.key),
    source: found?.source ?? null,
    fingerprint,
    guard:
      explicit || once.repeatable === true
        ? null
        : hashOf("guard", place, guardScope(scope, delivery), fingerprint, continuation),
    scope: JSON.stringify([scope, place]),
    isVerified,
  };
}

function keyOf({
  delivery,
  tool: _tool,
  facts,
  once,
  metaKeys,
}: KeyInputs): { source: KeySource; key: string } | KeyIssue | null {
  const { meta, arguments: args } = delivery.received;
  const fromMeta = [META_KEY, ...metaKeys].filter((name) => Object.hasOwn(meta, name)).map((name) => meta[name]);
  const argument =
    once.keyArgument !== undefined && isObject(args) && Object.hasOwn(args, once.keyArgument)
      ? args[once.keyArgument]
      : undefined;
  const explicit = [...fromMeta, ...(argument === undefined ? [] : [argument])];
  const path = fromMeta.length > 0 || once.keyArgument === undefined ? "" : `/${once.keyArgument}`;
  for (const key of explicit) {
    if (typeof key !== "string" || !printable.test(key))
      return { path, code: "invalid_key", expected: `an idempotency key of ${KEY_EXPECTED}` };
  }
  if (new Set(explicit).size > 1) return { path, code: "two_keys", expected: "one idempotency key, not two" };
  const [key] = explicit as string[];
  if (key !== undefined) return { source: fromMeta.length > 0 ? "client_meta" : "client_arg", key };
  // A misspelt argument gives undefined: without the key that was meant, the operation would be executed twice.
  const declared: unknown = once.key === undefined ? null : once.key(facts.args, facts);
  if (declared !== null) {
    if (typeof declared !== "string" || !printable.test(declared))
      throw new TypeError(
        `once.key gave ${typeof declared === "string" ? "a text that is no key" : shownType(declared)}; ` +
          `give ${KEY_EXPECTED}, or null for a call that has no key of its own`,
      );
    return { source: "declared", key: declared };
  }
  const { toolUseId } = delivery.received;
  return toolUseId === null ? null : { source: "delivery", key: toolUseId };
}

const shownType = (value: unknown): string => (value === undefined ? "undefined" : `a value of type ${typeof value}`);

function identifyingArguments(
  args: unknown,
  { volatileArgs = [], keyArgument, confirmArgument }: OnceOptions,
): unknown {
  if (!isObject(args)) return args ?? {};
  const left = new Set([...volatileArgs, keyArgument, confirmArgument]);
  return Object.fromEntries(Object.entries(args).filter(([name]) => !left.has(name)));
}

function inputsOf({ received }: Delivery): unknown {
  const { inputResponses, requestState } = received.params;
  return { inputResponses, requestState };
}

let localUser: string | undefined;
function nameOfLocalUser(): string {
  try {
    return (localUser ??= userInfo().username);
  } catch {
    return (localUser ??= "");
  }
}

/** Callers whom nothing verifies share nothing, unless they are the one user at the end of a pipe. */
function scopeOf({ call, received }: Delivery, { connectionId, transport }: ConnectionFacts): Scope {
  const { principal, issuer } = received;
  if (principal !== null) return { kind: "principal", who: [call.authMethod, issuer, principal.type, principal.id] };
  if (transport === "stdio") return { kind: "local", who: [nameOfLocalUser()] };
  return { kind: "connection", who: [connectionId] };
}

interface Scope {
  kind: "principal" | "local" | "connection";
  who: (string | null)[];
}

/** A stateless server has a connection per request: there the conversation is what a blind repeat has in common. */
function guardScope(scope: Scope, { call }: Delivery): unknown {
  return scope.kind === "connection" && call.sessionId !== null ? ["session", call.sessionId] : scope;
}
