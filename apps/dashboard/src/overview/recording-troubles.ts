import { formatBytes, formatCount, formatDuration } from "../format.ts";
import type { RecordingHealth } from "./overview.ts";

/** Something that keeps the trail from being whole, and what an operator does about it. */
export interface RecordingTrouble {
  fact: "worker" | "waiting" | "lost" | "set aside" | "damaged";
  title: string;
  advice: string;
}

/** A row that waits longer shows that storing is in trouble. */
const LONG_WAIT_MS = 10_000;

export function recordingTroubles(recording: RecordingHealth): RecordingTrouble[] {
  const { isWorkerAlive, oldestWaitingMs, lostRecords, rejectedRows, damagedBytes, workerError } = recording;
  const troubles: RecordingTrouble[] = [];
  if (!isWorkerAlive) {
    troubles.push({
      fact: "worker",
      title: "No worker stores rows",
      advice: "What gates record waits in their journals until one runs. Start it (npm start) and read its log.",
    });
  }
  if (oldestWaitingMs !== null && oldestWaitingMs > LONG_WAIT_MS) {
    troubles.push({
      fact: "waiting",
      title: `A row has waited for ${formatDuration(oldestWaitingMs * 1000)}`,
      advice:
        workerError === null
          ? "More is recorded than is stored. Nothing is lost while the disk of the journals has room; look at the load of Postgres, and at the log of each server that was given a ledger: it ships its rows itself."
          : `The worker says: ${workerError} Nothing is lost while the disk of the journals has room.`,
    });
  }
  if (lostRecords > 0) {
    troubles.push({
      fact: "lost",
      title: `${counted(lostRecords, "record")} lost this week`,
      advice:
        "A gate could neither write these records nor keep them in memory. Free its disk or raise its journal's bound; the gaps in a session's numbers show which calls have no row.",
    });
  }
  if (rejectedRows > 0) {
    troubles.push({
      fact: "set aside",
      title: `${counted(rejectedRows, "row")} set aside this week`,
      advice:
        "Postgres will never take these rows as they are. Each is kept with its reason in rejected.jsonl beside the journals; often the gate is newer than the tables: npm run migrate.",
    });
  }
  if (damagedBytes > 0) {
    troubles.push({
      fact: "damaged",
      title: `${formatBytes(damagedBytes)} of journals were damaged this week`,
      advice:
        "A torn end is what a power loss leaves. Anything else is a failing disk, or somebody who wrote to the files.",
    });
  }
  return troubles;
}

const counted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
