import type { AccessAction } from "@tachograph/ledger";

/** What was done, in words. */
export const actionLabels: Readonly<Record<AccessAction, string>> = {
  payload_viewed: "Saw a payload",
  payloads_opened: "Gave a reason",
  payloads_closed: "Closed payloads",
  searched: "Searched calls",
  signed_in: "Signed in",
  sign_in_failed: "Failed to sign in",
  signed_out: "Signed out",
  user_changed: "Changed a user",
  key_created: "Made a key",
  key_revoked: "Revoked a key",
  key_used: "Read with a key",
  project_created: "Made a project",
  operation_reconciled: "Reconciled",
  exported: "Exported",
};
