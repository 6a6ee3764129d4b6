// Wrap a server.
export { tachograph, type HighLevelServer, type LowLevelServer } from "./tachograph.ts";
export type { AuthInfo, Diagnostic, GateOptions, Principal, RecorderOptions, ToolOptions } from "./options.ts";

// Record what the HTTP layer refuses before it reaches a transport.
export { observeFetch, observeHttp, type HttpObserverOptions } from "./http.ts";

// Store what is recorded and close the journal, before a process ends in good order.
export { closeRecorders } from "./recorder.ts";
