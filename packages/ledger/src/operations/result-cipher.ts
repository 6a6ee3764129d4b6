import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { LedgerError } from "../ledger-error.ts";

/** Names the key that results are encrypted with where `LedgerOptions.resultKey` does not. */
export const RESULT_KEY_VARIABLE = "TACHOGRAPH_RESULT_KEY";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PLAIN = 0;
const ENCRYPTED = 1;

/** How results are stored: as they are, or encrypted for this operation alone. */
export interface ResultCipher {
  seal(operation: OperationName, result: string): Buffer;
  /** Undefined where it was encrypted with another key, for another operation, or was changed. */
  open(operation: OperationName, stored: Uint8Array): string | undefined;
}

interface OperationName {
  project: string;
  operationId: string;
}

/** @throws {LedgerError} `bad_result_key` */
export function createResultCipher(key: string | undefined): ResultCipher {
  const bytes = key === undefined || key === "" ? undefined : keyBytes(key);
  return {
    seal(operation, result) {
      if (bytes === undefined) return Buffer.concat([Buffer.of(PLAIN), Buffer.from(result)]);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", bytes, nonce).setAAD(boundTo(operation));
      const ciphertext = Buffer.concat([cipher.update(result, "utf8"), cipher.final()]);
      return Buffer.concat([Buffer.of(ENCRYPTED), nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(operation, stored) {
      const body = Buffer.from(stored.buffer, stored.byteOffset + 1, stored.length - 1);
      if (stored[0] === PLAIN) return body.toString();
      if (stored[0] !== ENCRYPTED || bytes === undefined) return undefined;
      const [nonce, rest] = [body.subarray(0, NONCE_BYTES), body.subarray(NONCE_BYTES)];
      try {
        const decipher = createDecipheriv("aes-256-gcm", bytes, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(boundTo(operation)).setAuthTag(rest.subarray(0, TAG_BYTES));
        return Buffer.concat([decipher.update(rest.subarray(TAG_BYTES)), decipher.final()]).toString();
      } catch {
        return undefined;
      }
    },
  };
}

const boundTo = ({ project, operationId }: OperationName): Buffer => Buffer.from(`${project}\0${operationId}`);

function keyBytes(key: string): Buffer {
  const isHex = /^[0-9a-f]{64}$/i.test(key);
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(key);
  const bytes = isHex ? Buffer.from(key, "hex") : isBase64 ? Buffer.from(key, "base64") : undefined;
  if (bytes?.length === KEY_BYTES) return bytes;
  throw new LedgerError("bad_result_key", "The key for stored results is not 32 bytes in base64 or hex.", {
    hint: `Make one with \`openssl rand -base64 32\` and set it as ${RESULT_KEY_VARIABLE}, the same in every process.`,
  });
}
