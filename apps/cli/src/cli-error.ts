export type CliErrorCode =
  | "usage"
  | "bad_setting"
  | "data_directory_unwritable"
  | "disk_full"
  | "already_running"
  | "not_running"
  | "port_taken"
  | "database"
  | "build_failed"
  | "child_died"
  | "not_ready";

/** Something the person at the terminal can mend. Shown as its sentence and hint, without a stack; exit code 1. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  /** What to do about it. */
  readonly hint: string | undefined;
  constructor(options: { code: CliErrorCode; message: string; hint?: string; cause?: unknown }) {
    super(options.message, { cause: options.cause });
    this.name = "CliError";
    this.code = options.code;
    this.hint = options.hint;
  }
}
