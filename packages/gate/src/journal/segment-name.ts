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

/** What `ackName` names: from where a restart reads, and up to where rows are stored, which is further where a call is open. */
export interface Acknowledged extends Position {
  stored: Position;
}

/** Reads that; undefined where it says nothing. */
export function parseAcknowledged(json: string): Acknowledged | undefined {
  try {
    const given = JSON.parse(json) as { stored?: unknown } | null;
    const from = positionIn(given);
    return from && { ...from, stored: positionIn(given?.stored) ?? from };
  } catch {
    // Torn by a power loss.
    return undefined;
  }
}

function positionIn(value: unknown): Position | undefined {
  const { segment, offset } = (value ?? {}) as Partial<Position>;
  return Number.isSafeInteger(segment) && Number.isSafeInteger(offset) ? ({ segment, offset } as Position) : undefined;
}
