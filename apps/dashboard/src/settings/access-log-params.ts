import { createLoader, createSerializer, type inferParserType } from "nuqs/server";
import { scopeParsers } from "../scope/scope.ts";
import { parseAsText } from "../time/time-window.ts";

/** Everything that the access log shows, as it stands in the URL. */
export const accessLogParsers = { project: scopeParsers.project, action: parseAsText, user: parseAsText };

export type AccessLogParams = inferParserType<typeof accessLogParsers>;

export const loadAccessLogParams = createLoader(accessLogParsers);
export const accessLogQuery = createSerializer(accessLogParsers);
