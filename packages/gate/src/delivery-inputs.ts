import type { Transport } from "@tachograph/record";
import type { Contracts } from "./contracts.ts";
import type { GateOptions } from "./options.ts";
import type { Recorder } from "./recorder.ts";
import type { MessageExtra } from "./request-context.ts";

export interface ServerIdentity {
  name: string;
  version: string | null;
}

/** What the connection learned about its client when it was opened. */
export interface ConnectionFacts {
  connectionId: string;
  transport: Transport;
  transportSessionId: string | undefined;
  protocolVersion: string | null;
  clientName: string | null;
  clientVersion: string | null;
}

export interface DeliveryInputs {
  recorder: Recorder;
  options: GateOptions;
  server: ServerIdentity;
  contracts: Contracts;
  connection: ConnectionFacts;
  message: { id?: unknown; params?: unknown };
  extra: MessageExtra | undefined;
}
