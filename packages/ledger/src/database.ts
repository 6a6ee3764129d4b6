import type {
  CallPayload,
  CallRecord,
  Effect,
  KeptResult,
  KeySource,
  Mutability,
  OnceMode,
  OperationState,
  Outcome,
  SessionSource,
} from "@tachograph/record";
import type { Generated, GeneratedAlways } from "kysely";

/** Every table, in camelCase; the columns are the same words in snake_case. */
export interface Database {
  projects: { name: string; createdAt: Generated<Date>; fingerprintCheck: string | null };
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
  callDays: Omit<CallStatsTable, "hour" | "durationUsSum"> & { day: Date };
  callMinutes: { project: string; minute: Date; outcome: Outcome; calls: number };
  operations: OperationsTable;
  authUser: AuthUserTable;
  authSession: {
    id: string;
    userId: string;
    token: string;
    expiresAt: Date;
    ipAddress: string | null;
    userAgent: string | null;
    createdAt: Generated<Date>;
    updatedAt: Date;
  };
  authLink: { tokenHash: Buffer; userId: string; purpose: LinkPurpose; expiresAt: Date };
  projectMembers: { project: string; userId: string; role: Exclude<AccessRole, "owner"> };
  payloadGrants: { project: string; sessionId: string; reason: string; expiresAt: Date };
  apiKeys: ApiKeysTable;
  accessLog: AccessLogTable;
  processes: { kind: string; instanceId: string; startedAt: Date; heartbeatAt: Date; detail: Record<string, unknown> };
}

/** What somebody is, in the instance or in a project. */
export type AccessRole = "none" | "viewer" | "operator" | "auditor" | "admin" | "owner";

/** What a link that sets a password is for. */
export type LinkPurpose = "invitation" | "password_reset";

export interface AuthUserTable {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  image: string | null;
  role: Generated<AccessRole>;
  disabledAt: Date | null;
  createdAt: Generated<Date>;
  updatedAt: Generated<Date>;
}

export interface ApiKeysTable {
  project: string;
  id: string;
  name: string;
  prefix: string;
  keyHash: Buffer;
  scope: "read";
  createdBy: string;
  createdAt: Generated<Date>;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface AccessLogTable {
  project: string;
  id: string;
  at: Generated<Date>;
  userId: string | null;
  userName: string;
  userRole: string | null;
  action: string;
  subject: string | null;
  detail: Record<string, unknown>;
  reason: string | null;
  address: string | null;
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
  durationMs: GeneratedAlways<number>;
  risk: GeneratedAlways<number>;
}

export interface CallStatsTable {
  project: string;
  hour: Date;
  serverName: string;
  tool: string;
  outcome: Outcome;
  effect: Effect;
  mutability: Mutability;
  retryKind: string;
  calls: number;
  durationUsSum: number;
}

export interface OperationsTable {
  project: string;
  id: string;
  state: OperationState;
  mode: OnceMode;
  keySource: KeySource | null;
  fingerprint: string;
  guard: string | null;
  ownerToken: string;
  leaseExpiresAt: Date;
  attempt: number;
  deliveries: number;
  effect: Effect;
  serverName: string;
  tool: string;
  principal: string | null;
  sessionId: string | null;
  callId: string;
  /** A `CallRecord` as JSON. */
  call: string | null;
  earlierCalls: CallRecord[] | null;
  earlierSince: Date | null;
  callFault: string | null;
  claimedAt: Date;
  settledAt: Date | null;
  retryAt: Date | null;
  expiresAt: Date | null;
  keptResult: KeptResult | null;
  late: boolean;
  resolvedBy: string | null;
  resolvedReason: string | null;
  resolvedAt: Date | null;
}
