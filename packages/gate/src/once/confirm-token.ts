import { timingSafeEqual } from "node:crypto";
import { keyedHash } from "@tachograph/record/fingerprint";

/** What a token allows: one repeat of one attempt of one operation, by one caller, until an instant. */
export interface ConfirmedAttempt {
  operationId: string;
  attempt: number;
  /** Milliseconds since the epoch on the database's clock. */
  expiresAt: number;
}

export const CONFIRM_META_KEY = "tachograph/confirmRepeat";
/** How long a token is good for. */
export const CONFIRM_WITHIN_MS = 10 * 60_000;

const tokenPattern = /^repeat-([0-9a-f]{64})-([0-9a-z]{1,8})-([0-9a-z]{1,11})-([0-9a-f]{32})$/;

const MAC_DIGITS = 32;
const macOf = ({ operationId, attempt, expiresAt }: ConfirmedAttempt, scope: string, key: Uint8Array): string =>
  keyedHash(key, "confirm repeat", operationId, attempt, expiresAt, scope).slice(0, MAC_DIGITS);

/** A token that nobody can make up; it is spent as soon as its attempt is no longer the last. */
export function makeConfirmToken(confirmed: ConfirmedAttempt, scope: string, key: Uint8Array): string {
  const { operationId, attempt, expiresAt } = confirmed;
  return `repeat-${operationId}-${attempt.toString(36)}-${expiresAt.toString(36)}-${macOf(confirmed, scope, key)}`;
}

/** What a token allows; undefined where it was not made for this caller. The store says whether it is still good. */
export function readConfirmToken(token: unknown, scope: string, key: Uint8Array): ConfirmedAttempt | undefined {
  if (typeof token !== "string") return undefined;
  const [, operationId, attempt, expiresAt, mac] = tokenPattern.exec(token) ?? [];
  if (operationId === undefined || attempt === undefined || expiresAt === undefined || mac === undefined)
    return undefined;
  const confirmed = {
    operationId,
    attempt: Number.parseInt(attempt, 36),
    expiresAt: Number.parseInt(expiresAt, 36),
  };
  return timingSafeEqual(Buffer.from(macOf(confirmed, scope, key)), Buffer.from(mac)) ? confirmed : undefined;
}
