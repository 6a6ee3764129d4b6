import type { CallPayload, CallRecord, Outcome, SessionSource } from "@tachograph/record";
import type { Generated } from "kysely";

/** Every table, in camelCase; the columns are the same words in snake_case. */
export interface Database {
  projects: { name: string; createdAt: Generated<Date> };
  toolCalls: ToolCallsTable;
  payloads: { project: string; callId: string } & CallPayload;
  toolDefinitions: {
    project: string;
    hash: string;
    serverName: string;
    serverVersion: string | null;
    tool: string;
    definition: string;
    firstSeenAt: Date;
  };
  sessions: SessionsTable;
  callStats: CallStatsTable;
  processes: { kind: string; instanceId: string; startedAt: Date; heartbeatAt: Date; detail: Record<string, unknown> };
}

export type ToolCallsTable = Omit<CallRecord, "startedAt"> & { startedAt: Date; recordedAt: Generated<Date> };

export interface SessionsTable {
  project: string;
  sessionId: string;
  sessionSource: SessionSource;
  clientName: string | null;
  clientVersion: string | null;
  principals: string[];
  servers: string[];
  tools: string[];
  firstCallId: string;
  lastCallId: string;
  firstCallAt: Date;
  lastCallAt: Date;
  calls: number;
  outcomes: Record<string, number>;
  refusals: number;
  denials: number;
  errors: number;
  retries: number;
  corrections: number;
  replays: number;
  repeats: number;
  unknownEffects: number;
}

export interface CallStatsTable {
  project: string;
  hour: Date;
  serverName: string;
  tool: string;
  outcome: Outcome;
  retryKind: string;
  calls: number;
  unknownEffects: number;
  durationUsSum: number;
  durationUsMax: number;
}
