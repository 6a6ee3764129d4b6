import {
  createLoader,
  createSerializer,
  parseAsArrayOf,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import { scopeParsers } from "../scope/scope.ts";
import { parseAsText } from "../time/time-window.ts";

export const operationStatuses = ["open", "unknown", "in_flight", "abandoned", "found_out"] as const;
export type OperationStatus = (typeof operationStatuses)[number];

export const statusLabels: Readonly<Record<OperationStatus, string>> = {
  open: "All open",
  unknown: "Unknown",
  in_flight: "In flight",
  abandoned: "Abandoned",
  found_out: "Found out",
};

/** Everything that the operations screen shows, as it stands in the URL. Open operations have no time window. */
export const operationParsers = {
  project: scopeParsers.project,
  status: parseAsStringLiteral(operationStatuses).withDefault("open"),
  server: parseAsArrayOf(parseAsString).withDefault([]),
  tool: parseAsArrayOf(parseAsString).withDefault([]),
  q: parseAsText,
};

export type OperationParams = inferParserType<typeof operationParsers>;

export const loadOperationParams = createLoader(operationParsers);
export const operationQuery = createSerializer(operationParsers);
