import { createRedactor, newId, type CallPayload, type CallRecord, type Redactor } from "@tachograph/record";
import { journalDirectory } from "@tachograph/record/data-directory";
import type { Contract, Contracts } from "./contracts.ts";
import { loadFingerprintKey } from "./fingerprint-key.ts";
import { Journal } from "./journal/journal.ts";
import { startShipper, type Shipper } from "./journal/shipper.ts";
import type { Diagnostic, Limits, RecorderOptions } from "./options.ts";
import { RateLimiter } from "./limits.ts";
import { watchRecorder } from "./metrics.ts";
import { drainOperations, settlementsWaitingIn } from "./once/lease-keeper.ts";
import { endOpenSpans } from "./open-spans.ts";
import { SessionMemory } from "./session-memory.ts";

/**
 * What all gates of one process share: the journal, the fingerprint key, the memory of recent deliveries. A stateless
 * server makes a gate per request, so making one must cost nothing; the recorder is found again by its options.
 */
export interface Recorder {
  readonly project: string;
  readonly instanceId: string;
  readonly fingerprintKey: Uint8Array;
  readonly redactor: Redactor;
  readonly memory: SessionMemory;
  /** The contracts of the newest gate of each server, for calls that are refused before they reach one. */
  readonly contracts: Map<string, Contracts>;
  /** Session of a stdio server whose host names none. */
  readonly processSessionId: string;
  /** Counts calls against limits, for all gates of this process. */
  readonly limiters: Readonly<Record<keyof Limits, RateLimiter>>;
  /** Notes that a call came in, before it can act. False where the journal did not take it. */
  begin(call: CallRecord, payload: CallPayload | null): boolean;
  /**
   * The same for a call that only reads: noted unless it is answered within this turn of the event loop. False where the
   * journal did not take the last record.
   */
  beginSoon(call: CallRecord): boolean;
  record(call: CallRecord, payload: CallPayload | null): void;
  /** Notes the contract that a call ran under, once. */
  define(call: CallRecord, contract: Contract): void;
  report: (diagnostic: Diagnostic) => void;
  /** Ships what the journal holds, where this process ships it. */
  flush(): Promise<void>;
  closeJournal(): void;
  close(): Promise<void>;
}

const recorders = new Map<string, { options: RecorderOptions; recorder: Recorder }[]>();
const DIAGNOSTIC_INTERVAL_MS = 60_000;
/** A process that sees more contracts than this has servers that change theirs all the time. */
const MAX_KNOWN_DEFINITIONS = 10_000;

/** The recorder for these options: the same one for the same project, folder, ledger, key and redaction. */
export function recorderFor(options: RecorderOptions): Recorder {
  const project = options.project ?? (process.env["TACHOGRAPH_PROJECT"] || "default");
  const directory = options.journalDirectory ?? journalDirectory();
  const place = `${project}\0${directory}`;
  const known = recorders.get(place) ?? [];
  const found = known.find(
    ({ options: other }) =>
      other.ledger === options.ledger &&
      other.redact === options.redact &&
      other.fingerprintKey === options.fingerprintKey &&
      other.onDiagnostic === options.onDiagnostic,
  );
  if (found) return found.recorder;
  const recorder = createRecorder(project, directory, options, () => {
    recorders.set(
      place,
      (recorders.get(place) ?? []).filter((entry) => entry.recorder !== recorder),
    );
  });
  recorders.set(place, [...known, { options, recorder }]);
  if (!watchesExit) process.once("exit", closeJournals);
  watchesExit = true;
  return recorder;
}

let watchesExit = false;

/** The last chance for records that wait in memory; what is lost then is said. */
function closeJournals(): void {
  for (const { recorder } of [...recorders.values()].flat()) recorder.closeJournal();
}

/** Stores everything that this process recorded and ships itself, and closes its journals. For tests and orderly shutdown. */
export async function closeRecorders(): Promise<void> {
  await Promise.all([...recorders.values()].flat().map(({ recorder }) => recorder.close()));
  endOpenSpans();
}

function createRecorder(project: string, directory: string, options: RecorderOptions, onClose: () => void): Recorder {
  const instanceId = newId();
  const tell = options.onDiagnostic ?? toStderr();
  const report = (diagnostic: Diagnostic): void => {
    try {
      tell(diagnostic);
    } catch {
      // Whoever is told of a problem must not make one of it for the server.
    }
  };
  const journal = new Journal({ directory, instanceId, shipsItself: options.ledger !== undefined, onProblem: report });
  const redactor = createRedactor(options.redact);
  const fingerprintKey = loadFingerprintKey(options.fingerprintKey, report);
  const definitions = new Set<string>();
  let lastDefined: string | undefined;
  const unanswered = new Set<CallRecord>();
  let armed = false;
  /** Whether the journal took the last record. */
  let takes = true;
  const beginAll = (): void => {
    armed = false;
    for (const call of unanswered) journal.append({ kind: "begun", call, payload: null });
    unanswered.clear();
  };
  let shipper: Shipper | undefined;
  if (options.ledger !== undefined) {
    const onError = (cause: unknown): void =>
      report({ code: "ship_failed", message: "rows wait in the journal: the ledger takes none", cause });
    shipper = startShipper({ directory, sink: options.ledger, ownInstanceId: instanceId, onError });
  }
  const unwatch = watchRecorder({
    journal: () => journal.stats(),
    oldestWaitingAt: () => shipper?.stats().oldestWaitingAt,
    store: options.ledger,
    settlementsWaiting: () => settlementsWaitingIn(options.ledger),
  });
  return {
    project,
    instanceId,
    fingerprintKey,
    redactor,
    memory: new SessionMemory(),
    contracts: new Map(),
    processSessionId: newId(),
    // Apart, so that invented sessions push no principal out.
    limiters: { perSession: new RateLimiter(), perPrincipal: new RateLimiter() },
    begin(call, payload) {
      takes = journal.append({ kind: "begun", call, payload }) === "written";
      return takes;
    },
    beginSoon(call) {
      unanswered.add(call);
      if (!armed) setImmediate(beginAll);
      armed = true;
      return takes;
    },
    record(call, payload) {
      unanswered.delete(call);
      takes = journal.append({ kind: "call", call, payload }) === "written";
    },
    define({ project, serverName, serverVersion, tool, startedAt }, { hash, definition }) {
      // Most calls in a row are of one tool, and this runs for each.
      if (tool === null || hash === lastDefined) return;
      lastDefined = hash;
      const key = `${hash}\0${tool}\0${serverName}`;
      if (definitions.has(key)) return;
      if (definitions.size >= MAX_KNOWN_DEFINITIONS) definitions.clear();
      definitions.add(key);
      journal.append({
        kind: "definition",
        definition: { hash, project, serverName, serverVersion, tool, definition, seenAt: startedAt },
      });
    },
    report,
    flush: async () => shipper?.flush(),
    closeJournal: () => journal.close(),
    async close() {
      onClose();
      journal.close();
      await drainOperations(options.ledger);
      await shipper?.flush().catch(() => undefined);
      await shipper?.stop();
      unwatch();
    },
  };
}

function toStderr(): (diagnostic: Diagnostic) => void {
  const lastAt = new Map<string, number>();
  return ({ code, message, cause }) => {
    const now = Date.now();
    if (now - (lastAt.get(code) ?? 0) < DIAGNOSTIC_INTERVAL_MS) return;
    lastAt.set(code, now);
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    process.stderr.write(`tachograph: ${message}${why}\n`);
  };
}
