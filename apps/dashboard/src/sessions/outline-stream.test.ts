import { expect, test } from "vitest";
import { createOutlineBuilder } from "./outline-builder.ts";
import { fromLines, toLines } from "./outline-stream.ts";

const pieces = [1, 2, 3].map(() => createOutlineBuilder().add([], { isCut: false }));

async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test.each([1, 7, 10_000])("pieces arrive whole, whatever the network cuts them into (%d bytes)", async (size) => {
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      for (let from = 0; from < chunk.length; from += size) controller.enqueue(chunk.slice(from, from + size));
    },
  });
  const found = await all(fromLines(toLines(each(pieces)).pipeThrough(cut)));
  expect(found).toEqual(pieces);
});

test("an outline that is cut off is not taken for a whole one", async () => {
  const line = new TextEncoder().encode('{"ids":[');
  await expect(all(fromLines(new Blob([line]).stream()))).rejects.toThrow("cut off");
});
