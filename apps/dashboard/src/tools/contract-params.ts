import { createLoader, type inferParserType } from "nuqs/server";
import { parseAsText } from "../time/time-window.ts";

/** Which contracts of a tool are compared, by their hashes, as it stands in the URL. */
export const contractParsers = { before: parseAsText, after: parseAsText };

export type ContractParams = inferParserType<typeof contractParsers>;
export const loadContractParams = createLoader(contractParsers);
