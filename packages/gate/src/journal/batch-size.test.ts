import { expect, test } from "vitest";
import { BatchSize } from "./batch-size.ts";

test("batches grow while they are full and stored quickly, up to their bound", () => {
  const size = new BatchSize(4_000);
  const sizes = [size.rows];
  for (let batch = 0; batch < 5; batch++) {
    size.stored(size.rows, 100);
    sizes.push(size.rows);
  }
  expect(sizes).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000]);
});

test("batches that are not full, or not quick, do not grow", () => {
  const size = new BatchSize(4_000);
  size.stored(499, 10);
  size.stored(500, 900);
  expect(size.rows).toBe(500);
});

test("batches shrink after failures and slow ones, and never to nothing", () => {
  const size = new BatchSize(4_000);
  size.stored(500, 2_000);
  expect(size.rows).toBe(250);
  for (let failures = 0; failures < 10; failures++) size.failed();
  expect(size.rows).toBe(50);
  size.stored(50, 20);
  expect(size.rows).toBe(100);
});

test("a bound below everything else holds", () => {
  const size = new BatchSize(7);
  size.failed();
  size.stored(7, 1);
  expect(size.rows).toBe(7);
});
