import { outcomes, retryingKinds } from "@tachograph/record";
import { callQuery } from "../calls/call-params.ts";
import { outcomeStyles, type OutcomeFamily } from "../outcome-style.ts";
import { sessionQuery } from "../sessions/session-params.ts";
import type { ViewScreen } from "./view.ts";

const ofFamily = (family: OutcomeFamily) => outcomes.filter((outcome) => outcomeStyles[outcome].family === family);

/** What people look for most, ready to open. */
export const usualViews: Readonly<Record<ViewScreen, readonly { name: string; query: string }[]>> = {
  calls: [
    { name: "Refused", query: callQuery({ outcome: ofFamily("refused") }) },
    { name: "Failed or uncertain", query: callQuery({ outcome: [...ofFamily("failed"), ...ofFamily("uncertain")] }) },
    { name: "Effect unknown", query: callQuery({ effect: ["unknown"] }) },
    { name: "Possible double writes", query: callQuery({ retry: ["repeat"] }) },
    { name: "Retries", query: callQuery({ retry: [...retryingKinds] }) },
    { name: "Kept from happening twice", query: callQuery({ outcome: ofFamily("guarded") }) },
    { name: "Invalid arguments", query: callQuery({ outcome: ["invalid_input"] }) },
  ],
  sessions: [
    { name: "Most at risk", query: sessionQuery({ sort: "risk" }) },
    { name: "Possible double writes", query: sessionQuery({ only: ["repeats"] }) },
    { name: "Most retries", query: sessionQuery({ sort: "retries" }) },
    { name: "Most denials", query: sessionQuery({ sort: "denials" }) },
    { name: "With unknown effects", query: sessionQuery({ only: ["unknown_effects"] }) },
  ],
};
