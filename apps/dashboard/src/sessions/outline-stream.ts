import type { OutlinePiece } from "./outline.ts";

/** Pieces as lines of JSON. */
export function toLines(pieces: AsyncIterator<OutlinePiece, unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}

/** The pieces in lines of JSON, each as soon as its line is whole. @throws where the stream ends amidst a line */
export async function* fromLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<OutlinePiece> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest: string[] = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const [first = "", ...others] = decoder.decode(value, { stream: true }).split("\n");
      rest.push(first);
      for (const other of others) {
        yield JSON.parse(rest.join("")) as OutlinePiece;
        rest = [other];
      }
    }
    if (rest.join("") !== "") throw new Error("The outline was cut off.");
  } finally {
    await reader.cancel();
  }
}
