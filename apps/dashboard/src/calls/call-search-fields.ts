import { effects, mutabilities, outcomes, retryingKinds, retryKinds } from "@tachograph/record";
import { familyStyles, outcomeFamilies, outcomeStyles } from "../outcome-style.ts";
import type { SearchField } from "../search/search-field.ts";

const families = Object.fromEntries(
  outcomeFamilies.map((family) => [family, outcomes.filter((outcome) => outcomeStyles[outcome].family === family)]),
);

/** What the calls can be searched by. Each field is a parameter of the screen's URL with the same name. */
export const callSearchFields = [
  {
    name: "outcome",
    about: `how it ended; or a family: ${outcomeFamilies.map((family) => familyStyles[family].label.toLowerCase()).join(", ")}`,
    values: outcomes,
    groups: families,
  },
  { name: "tool", about: "name of the tool; refund_* for all that begin so" },
  { name: "server", about: "name of the MCP server" },
  { name: "principal", about: "who is answerable" },
  { name: "client", about: "name of the agent's host" },
  { name: "effect", about: "whether it changed something", values: effects },
  {
    name: "retry",
    about: "what kind of repeat it is",
    values: retryKinds,
    groups: { any: retryingKinds },
  },
  { name: "kind", about: "what the tool may do", values: mutabilities },
  { name: "error", about: "code of the error" },
  { name: "rule", about: "rule that decided, or would have" },
  { name: "session", about: "id of the agent's session" },
  { name: "operation", about: "id of the operation" },
] as const satisfies readonly SearchField[];
