import { createLoader, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import { scopeParsers } from "../scope/scope.ts";
import { parseAsText } from "../time/time-window.ts";

export const toolSorts = ["calls", "errors", "invalid", "denials", "retries", "repeats"] as const;
export type ToolSort = (typeof toolSorts)[number];

export const DEFAULT_TOOL_SORT: ToolSort = "calls";

/** Everything that the tools screen shows, as it stands in the URL. */
export const toolParsers = {
  ...scopeParsers,
  sort: parseAsStringLiteral(toolSorts).withDefault(DEFAULT_TOOL_SORT),
  server: parseAsText,
  q: parseAsText,
};

export type ToolParams = inferParserType<typeof toolParsers>;
export const loadToolParams = createLoader(toolParsers);
