import { ERROR_META_KEY, type ErrorPayload } from "@tachograph/record";
import { fitPayload } from "./fit-payload.ts";
import { cutBytes, oneLine } from "../validation/plain-text.ts";

/** What an agent is told: a sentence for the model, and the same for programs. */
export interface Answer {
  payload: ErrorPayload;
  sentence: string;
}

/** A tool result that says what went wrong. */
export type ErrorResult = {
  isError: true;
  content: [{ type: "text"; text: string }];
  _meta: { [ERROR_META_KEY]: ErrorPayload };
};

/** Largest text block, in UTF-8 bytes. */
export const MAX_TEXT_BYTES = 2_000;

/**
 * Never with `structuredContent`: a client of SDK 1 would throw on it where the tool has an `outputSchema`. Some hosts
 * show the model only the text, so that everything stands there too.
 */
export function errorResult(payload: ErrorPayload, sentence: string): ErrorResult {
  const fitted = fitPayload(payload);
  const json = JSON.stringify(fitted);
  const room = MAX_TEXT_BYTES - Buffer.byteLength(json) - 1;
  const text = cutBytes(oneLine(sentence), room);
  return {
    isError: true,
    content: [{ type: "text", text: `${text}\n${json}` }],
    _meta: { [ERROR_META_KEY]: fitted },
  };
}
