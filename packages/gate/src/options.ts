import {
  mutabilities,
  type CaptureLimits,
  type LedgerSink,
  type Mutability,
  type PrincipalType,
  type RedactionOptions,
} from "@tachograph/record";

/** What an MCP server's HTTP layer verified about the caller. The token itself is never stored. */
export interface AuthInfo {
  token?: string;
  clientId?: string;
  scopes?: string[];
  extra?: Record<string, unknown>;
}

export interface Principal {
  id: string;
  type: PrincipalType;
  onBehalfOf?: string;
}

export interface ToolOptions {
  /** What the tool may do to the world. @defaultValue its annotations; without any, `mutating` */
  mutability?: Mutability;
  /** What is kept of arguments and results after redaction: all of it, or nothing. @defaultValue "redacted" */
  capture?: "redacted" | "none";
}

export interface Diagnostic {
  code: "journal_unwritable" | "journal_recovered" | "record_dropped" | "ship_failed" | "gate_fault" | "key_unwritable";
  message: string;
  cause?: unknown;
}

/** Options of everything that records: `tachograph()` and the HTTP observers. */
export interface RecorderOptions {
  /** Project that the rows belong to. @defaultValue `TACHOGRAPH_PROJECT`, else "default" */
  project?: string;
  /** Folder of the journal. @defaultValue `TACHOGRAPH_JOURNAL_DIR`, else `journal` in the data directory */
  journalDirectory?: string;
  /** Ships the journal from this process. Without it the worker on this machine does. */
  ledger?: LedgerSink;
  /** Further secrets to remove, beyond those that are known by name or shape. */
  redact?: RedactionOptions;
  /** How much of a payload is kept. */
  captureLimits?: CaptureLimits;
  /** Key of the argument fingerprints, 16 bytes or more. @defaultValue `TACHOGRAPH_FINGERPRINT_KEY`, else a key file in the data directory */
  fingerprintKey?: string | Uint8Array;
  /** Where problems of the recorder go; they never reach the agent. @defaultValue stderr, each code once a minute */
  onDiagnostic?: (diagnostic: Diagnostic) => void;
}

export interface GateOptions extends RecorderOptions {
  tools?: Record<string, ToolOptions>;
  /** `_meta` keys that name the session, most trusted first, tried before the known ones. */
  sessionMetaKeys?: readonly string[];
  /** `_meta` keys that hold the host's id of the call, tried before the known ones. */
  toolUseIdMetaKeys?: readonly string[];
  /** Who is answerable, from verified auth info. @defaultValue the subject, else the client id */
  principal?: (authInfo: AuthInfo) => Principal | null;
}

const gateOptionNames = new Set([
  "project",
  "journalDirectory",
  "ledger",
  "redact",
  "captureLimits",
  "fingerprintKey",
  "onDiagnostic",
  "tools",
  "sessionMetaKeys",
  "toolUseIdMetaKeys",
  "principal",
]);
const toolOptionNames = new Set(["mutability", "capture"]);

/** @throws {TypeError} that names the option, what is wrong with it and what to write. */
export function checkGateOptions(options: GateOptions): void {
  for (const name of Object.keys(options)) {
    if (!gateOptionNames.has(name)) {
      throw new TypeError(`tachograph(): unknown option "${name}"; known are ${[...gateOptionNames].join(", ")}`);
    }
  }
  for (const [tool, toolOptions] of Object.entries(options.tools ?? {})) {
    for (const name of Object.keys(toolOptions)) {
      if (!toolOptionNames.has(name)) {
        throw new TypeError(
          `tachograph(): tool "${tool}": unknown option "${name}"; known are ${[...toolOptionNames].join(", ")}`,
        );
      }
    }
    const { mutability, capture } = toolOptions;
    if (mutability !== undefined && !mutabilities.includes(mutability)) {
      throw new TypeError(
        `tachograph(): tool "${tool}": mutability is "${mutability}"; write one of ${mutabilities.join(", ")}`,
      );
    }
    if (capture !== undefined && capture !== "redacted" && capture !== "none") {
      throw new TypeError(`tachograph(): tool "${tool}": capture is "${String(capture)}"; write "redacted" or "none"`);
    }
  }
}
