import {
  baggageEntryMetadataFromString,
  createTraceState,
  isSpanContextValid,
  propagation,
  TraceFlags,
  type Baggage,
  type BaggageEntry,
  type SpanContext,
} from "@opentelemetry/api";
import type { Meta } from "./request-context.ts";

const traceparentPattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const MAX_TRACEPARENT_LENGTH = 512;
const MAX_BAGGAGE_LENGTH = 8_192;
const MAX_BAGGAGE_ENTRIES = 64;
const baggageKeyPattern = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * The span that the caller names in `_meta` as the parent of the call; null where it names none.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export function remoteParentIn({ traceparent, tracestate }: Meta): SpanContext | null {
  if (typeof traceparent !== "string" || traceparent.length > MAX_TRACEPARENT_LENGTH) return null;
  const [, version, traceId, spanId, flags, more] = traceparentPattern.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  // A later version may say more than this one; ff is none.
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  const parent: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(typeof tracestate === "string" ? { traceState: createTraceState(tracestate) } : {}),
  };
  return isSpanContextValid(parent) ? parent : null;
}

/**
 * The baggage in `_meta`, at most 64 entries; undefined where there is none, or more than 8 KiB of it.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function baggageIn({ baggage }: Meta): Baggage | undefined {
  if (typeof baggage !== "string" || baggage === "" || baggage.length > MAX_BAGGAGE_LENGTH) return undefined;
  const entries = new Map<string, BaggageEntry>();
  for (const member of baggage.split(",")) {
    if (entries.size >= MAX_BAGGAGE_ENTRIES) break;
    const [key, entry] = entryIn(member) ?? [];
    if (key !== undefined && entry !== undefined) entries.set(key, entry);
  }
  return entries.size === 0 ? undefined : propagation.createBaggage(Object.fromEntries(entries));
}

function entryIn(member: string): [string, BaggageEntry] | undefined {
  const [pair = "", ...properties] = member.split(";");
  const equals = pair.indexOf("=");
  const key = pair.slice(0, Math.max(0, equals)).trim();
  if (!baggageKeyPattern.test(key)) return undefined;
  try {
    const value = decodeURIComponent(pair.slice(equals + 1).trim());
    const metadata = properties.join(";").trim();
    return [key, { value, ...(metadata === "" ? {} : { metadata: baggageEntryMetadataFromString(metadata) }) }];
  } catch {
    return undefined;
  }
}
