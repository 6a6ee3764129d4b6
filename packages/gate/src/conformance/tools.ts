import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { audio, embedded, forms, image, text, type Form } from "./blocks.ts";

/** What a tool asks of its client while it runs; each SDK has its own words for it. */
export interface Caller {
  log(message: string): Promise<void>;
  progress(done: number): Promise<void>;
  sample(prompt: string): Promise<unknown>;
  elicit(message: string, form: Form): Promise<{ action: string; content?: unknown }>;
  /** Ends the stream of this call; the client comes back for the answer. */
  closeStream(): void;
}

type Block = ReturnType<typeof text> | typeof image | typeof audio | ReturnType<typeof embedded>;

interface ConformanceTool {
  input?: z.ZodObject;
  run(args: Record<string, string>, caller: Caller): Block[] | Promise<Block[]>;
}

const PAUSE_MS = 50;
const outcomeOf = ({ action, content }: { action: string; content?: unknown }): string =>
  `action=${action}, content=${JSON.stringify(content)}`;

export const tools: Record<string, ConformanceTool> = {
  test_simple_text: { run: () => [text("This is a simple text response for testing.")] },
  test_image_content: { run: () => [image] },
  test_audio_content: { run: () => [audio] },
  test_embedded_resource: {
    run: () => [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")],
  },
  test_multiple_content_types: {
    run: () => [
      text("Multiple content types test:"),
      image,
      embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
  },
  test_tool_with_logging: {
    async run(_, caller) {
      await caller.log("Tool execution started");
      await sleep(PAUSE_MS);
      await caller.log("Tool processing data");
      await sleep(PAUSE_MS);
      await caller.log("Tool execution completed");
      return [text("Logged three messages")];
    },
  },
  test_tool_with_progress: {
    async run(_, caller) {
      for (const done of [0, 50, 100]) {
        await caller.progress(done);
        await sleep(PAUSE_MS);
      }
      return [text("Reported progress three times")];
    },
  },
  test_error_handling: {
    run() {
      throw new Error("This tool intentionally returns an error for testing");
    },
  },
  test_sampling: {
    input: z.object({ prompt: z.string() }),
    run: async ({ prompt = "" }, caller) => [text(`LLM response: ${JSON.stringify(await caller.sample(prompt))}`)],
  },
  test_elicitation: {
    input: z.object({ message: z.string() }),
    run: async ({ message = "" }, caller) => [
      text(`User response: ${outcomeOf(await caller.elicit(message, forms.user))}`),
    ],
  },
  test_elicitation_sep1034_defaults: {
    run: async (_, caller) => [
      text(`Elicitation completed: ${outcomeOf(await caller.elicit("Defaults of every kind", forms.defaults))}`),
    ],
  },
  test_elicitation_sep1330_enums: {
    run: async (_, caller) => [
      text(`Elicitation completed: ${outcomeOf(await caller.elicit("Choices of every kind", forms.enums))}`),
    ],
  },
  test_reconnection: {
    async run(_, caller) {
      caller.closeStream();
      await sleep(PAUSE_MS);
      return [text("Sent after the stream was closed")];
    },
  },
};
