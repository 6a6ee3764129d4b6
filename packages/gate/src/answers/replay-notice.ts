import { isObject } from "../is-object.ts";
import { createValidator } from "../validation/create-validator.ts";
import { isLibrarySchema, jsonSchemaOf } from "../validation/json-schema-of.ts";
import { instantOf } from "./once-answers.ts";
import { nameOf } from "./phrases.ts";

/** Key of the notice in a result's `_meta`, and in its `structuredContent`. */
export const REPLAY_KEY = "tachograph/replay";

/** A tool's result, by what is touched of it. */
export interface ReplayedResult {
  content?: unknown;
  structuredContent?: unknown;
  _meta?: unknown;
  [name: string]: unknown;
}

export interface Replay {
  /** The call that this is the answer of. */
  callId: string;
  /** When it was answered, in milliseconds since the epoch. */
  at: number;
}

/**
 * The stored answer of an operation, with a notice that nothing was executed for it. Some hosts show the model
 * `structuredContent` alone, so that it stands there where the tool's output schema leaves room, else in a text block in
 * front; and in `_meta`. The result that was given is not changed.
 *
 * @param outputSchema - The tool's output schema, as `tools/list` shows it where it is known: clients check against that.
 */
export function replayNotice(result: ReplayedResult, { callId, at }: Replay, outputSchema?: unknown): ReplayedResult {
  const failed = result["isError"] === true;
  const notice = {
    note: failed
      ? "This operation was tried before. Nothing was executed again: this is its original answer."
      : "This operation was done before. Nothing was executed again: this is its original result.",
    original_call_id: nameOf(callId),
    done_at: instantOf(at),
  };
  const replayed: ReplayedResult = {
    ...result,
    _meta: { ...(isObject(result._meta) ? result._meta : {}), [REPLAY_KEY]: notice },
  };
  const { structuredContent } = result;
  // Of an error, hosts show the text alone.
  if (!failed && isObject(structuredContent) && !Array.isArray(structuredContent)) {
    const told = { ...structuredContent, [REPLAY_KEY]: notice };
    if (leavesRoomFor(told, outputSchema)) return { ...replayed, structuredContent: told };
  }
  const text = `Replay: ${notice.note} ${failed ? "Answered" : "Done"} at ${notice.done_at} by call ${notice.original_call_id}.`;
  const content = Array.isArray(result.content) ? (result.content as unknown[]) : [];
  return { ...replayed, content: [{ type: "text", text }, ...content] };
}

/** A library's schema may take what the JSON Schema that it is listed as does not: the client has only the latter. */
function leavesRoomFor(content: object, outputSchema: unknown): boolean {
  if (outputSchema === undefined) return true;
  const listed = isLibrarySchema(outputSchema) ? jsonSchemaOf(outputSchema, "output") : outputSchema;
  if (listed === undefined) return false;
  try {
    const result = createValidator(listed, { direction: "output" })?.validate(content);
    return result !== undefined && !(result instanceof Promise) && result.valid;
  } catch {
    return false;
  }
}
