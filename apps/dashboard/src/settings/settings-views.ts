import type { GivenRole, Role } from "../data/rights.ts";

export interface UserRow {
  id: string;
  name: string;
  email: string;
  role: Role;
  isDisabled: boolean;
  sessions: number;
  signedInAtMs: number | null;
  hasPassword: boolean;
  hasOpenLink: boolean;
  memberships: { project: string; role: GivenRole }[];
  /** Whether the viewer may change them: not themselves, and the owner only as the owner. */
  canChange: boolean;
}

export interface SessionView {
  id: string;
  startedAtMs: number;
  expiresAtMs: number;
  address: string | null;
  userAgent: string | null;
  isThisOne: boolean;
}

export interface KeyRow {
  id: string;
  name: string;
  prefix: string;
  createdBy: string;
  createdAtMs: number;
  expiresAtMs: number | null;
  lastUsedAtMs: number | null;
  revokedAtMs: number | null;
}

export interface AccessRow {
  id: string;
  atMs: number;
  userId: string | null;
  userName: string;
  userRole: string | null;
  action: string;
  subject: string | null;
  detail: string;
  reason: string | null;
  address: string | null;
  /** Whether it is about the instance and no project. */
  isOfInstance: boolean;
}

/** What came of a change: what is wrong in a sentence, or what is to be shown once. */
export interface Outcome {
  fault?: string;
  /** A link or a key that nobody can read again. */
  secret?: string;
  note?: string;
}
