import { outcomes, retryKinds, type CallRecord } from "@tachograph/record";
import { outlineFlags, type OutlineEnd, type OutlinePiece } from "./outline.ts";

/** What is known of a call where the outline is made. */
export type OutlinedCall = Pick<
  CallRecord,
  | "id"
  | "seq"
  | "instanceId"
  | "serverName"
  | "tool"
  | "mutability"
  | "outcome"
  | "effect"
  | "retryKind"
  | "retryOf"
  | "operationId"
  | "originalCallId"
  | "wouldDeny"
  | "startedAt"
  | "durationUs"
> & { matches: boolean };

const outcomeIndex = new Map<string, number>(outcomes.map((outcome, index) => [outcome, index]));
const retryKindIndex = new Map<string, number>(retryKinds.map((kind, index) => [kind, index]));

/** Makes the outline of a session from its calls in their order, piece by piece. */
export function createOutlineBuilder() {
  const indexById = new Map<string, number>();
  const groupOf: number[] = [];
  const groupByOperation = new Map<string, number>();
  const toolIndex = new Map<string, number>();
  const numbers = new Map<string, { seq: number; index: number }[]>();

  const indexOf = (id: string | null): number => (id === null ? -1 : (indexById.get(id) ?? -1));

  function group(call: OutlinedCall, index: number): number {
    const { operationId, retryKind, retryOf, originalCallId } = call;
    const earlier = [retryKind === "poll" ? -1 : indexOf(retryOf), indexOf(originalCallId)].find((one) => one !== -1);
    const found =
      (operationId === null ? undefined : groupByOperation.get(operationId)) ??
      (earlier === undefined ? index : (groupOf[earlier] ?? index));
    if (operationId !== null && !groupByOperation.has(operationId)) groupByOperation.set(operationId, found);
    return found;
  }

  return {
    /** @param end - Whether these are the last calls, and if so whether the session has more than were given. */
    add(calls: readonly OutlinedCall[], end: { isCut: boolean } | null): OutlinePiece {
      const piece: OutlinePiece = {
        ids: [],
        startedAtMs: [],
        durationUs: [],
        outcomes: [],
        retryKinds: [],
        flags: [],
        tools: [],
        newTools: [],
        groups: [],
        retryOf: [],
        resultOf: [],
        end: null,
      };
      for (const call of calls) {
        const index = groupOf.length;
        const { id, serverName, tool, outcome, originalCallId, retryOf } = call;
        groupOf.push(group(call, index));
        indexById.set(id, index);
        const name = `${serverName}\0${tool ?? "\0"}`;
        if (!toolIndex.has(name)) {
          toolIndex.set(name, toolIndex.size);
          piece.newTools.push({ serverName, tool });
        }
        const ofInstance = numbers.get(call.instanceId) ?? [];
        numbers.set(call.instanceId, ofInstance);
        ofInstance.push({ seq: call.seq, index });

        piece.ids.push(id);
        piece.startedAtMs.push(call.startedAt);
        piece.durationUs.push(call.durationUs);
        piece.outcomes.push(outcomeIndex.get(outcome) ?? -1);
        piece.retryKinds.push(retryKindIndex.get(call.retryKind) ?? 0);
        piece.flags.push(flagsOf(call));
        piece.tools.push(toolIndex.get(name) ?? 0);
        piece.groups.push(groupOf[index] ?? index);
        piece.retryOf.push(indexOf(retryOf));
        // Its retry names the original already, mostly.
        piece.resultOf.push(
          outcome === "duplicate_replayed" && originalCallId !== retryOf ? indexOf(originalCallId) : -1,
        );
      }
      if (end !== null) piece.end = { gaps: gapsIn(numbers.values()), isCut: end.isCut };
      return piece;
    },
  };
}

function flagsOf({ effect, mutability, wouldDeny, matches }: OutlinedCall): number {
  return (
    (effect === "unknown" ? outlineFlags.effectUnknown : 0) |
    (mutability === "read" ? 0 : outlineFlags.writes) |
    (wouldDeny?.length ? outlineFlags.wouldDeny : 0) |
    (matches ? outlineFlags.matches : 0)
  );
}

/** Each gate counts its calls in a session from 1: a number that nobody has is a row that is not there. */
function gapsIn(instances: Iterable<{ seq: number; index: number }[]>): OutlineEnd["gaps"] {
  const gaps = new Map<number, number>();
  for (const numbers of instances) {
    let before = 0;
    for (const { seq, index } of numbers.toSorted((one, other) => one.seq - other.seq)) {
      if (seq > before + 1) gaps.set(index, (gaps.get(index) ?? 0) + seq - before - 1);
      before = seq;
    }
  }
  return [...gaps].toSorted(([one], [other]) => one - other);
}
