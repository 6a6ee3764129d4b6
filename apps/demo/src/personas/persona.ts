import type { AgentSession } from "../simulator/agent-session.ts";
import type { Host } from "../simulator/host.ts";

/** A stretch of a session: a few calls that tell one story. */
export interface Episode {
  name: string;
  /** Whether the story can happen in this host. @defaultValue it can in every host */
  fits?: (host: Host) => boolean;
  play(session: AgentSession): Promise<void>;
}

/** Somebody's agent: the hosts it runs in and what it gets up to. */
export interface Persona {
  name: string;
  hosts: readonly Host["name"][];
  episodes: readonly Episode[];
}

export const namesCalls = (host: Host): boolean => host.namesCalls;
export const ownsProcesses = (host: Host): boolean => !host.sharesProcesses;
export const speaksV1 = (host: Host): boolean => host.sdk === "v1";
export const speaksV2 = (host: Host): boolean => host.sdk === "v2";
