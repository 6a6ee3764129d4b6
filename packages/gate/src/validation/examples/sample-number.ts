import type { SchemaNode } from "../json-schema-node.ts";

const numberAt = (node: SchemaNode, keyword: string): number | undefined =>
  typeof node[keyword] === "number" ? node[keyword] : undefined;

/** A number that a schema may take, as plain as its bounds allow. Whether it does is for the caller to check. */
export function sampleNumber(node: SchemaNode, isWhole: boolean): number {
  const step = numberAt(node, "multipleOf") ?? (isWhole ? 1 : undefined);
  const above = numberAt(node, "exclusiveMinimum");
  const below = numberAt(node, "exclusiveMaximum");
  const least = Math.max(numberAt(node, "minimum") ?? Number.NEGATIVE_INFINITY, above ?? Number.NEGATIVE_INFINITY);
  const most = Math.min(numberAt(node, "maximum") ?? Number.POSITIVE_INFINITY, below ?? Number.POSITIVE_INFINITY);
  const isWithin = (candidate: number): boolean =>
    Number.isFinite(candidate) && candidate >= least && candidate <= most && candidate !== above && candidate !== below;
  const onStep = (candidate: number, round: (value: number) => number): number =>
    step === undefined || step <= 0 ? candidate : round(candidate / step) * step;
  const middle = Number.isFinite(least) && Number.isFinite(most) ? (least + most) / 2 : 0;
  const next = step ?? 1;
  return (
    [
      onStep(1, Math.ceil),
      onStep(0, Math.ceil),
      onStep(least, Math.ceil),
      onStep(least, Math.ceil) + next,
      onStep(most, Math.floor),
      onStep(most, Math.floor) - next,
      middle,
    ].find(isWithin) ?? 1
  );
}
