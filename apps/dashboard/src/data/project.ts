import "server-only";

/** The one project there is until projects can be chosen. */
export const PROJECT = "default";
