/** Name of a segment: files of one instance sort in the order of writing. */
export const segmentName = (instanceId: string, segment: number): string =>
  `${instanceId}.${String(segment).padStart(8, "0")}.journal`;

/** Name of the file that says up to where an instance's rows are stored. */
export const ackName = (instanceId: string): string => `${instanceId}.ack`;

/** A place in the segments of one instance. */
export interface Position {
  segment: number;
  offset: number;
}

/** Reads what `ackName` names; undefined where it says nothing. */
export function parsePosition(json: string): Position | undefined {
  try {
    const { segment, offset } = JSON.parse(json) as Partial<Position>;
    if (Number.isSafeInteger(segment) && Number.isSafeInteger(offset)) return { segment, offset } as Position;
  } catch {
    // Torn by a power loss.
  }
  return undefined;
}
