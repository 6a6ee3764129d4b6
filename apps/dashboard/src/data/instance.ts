import "server-only";
import { getSettings } from "./settings.ts";
import { readOidcSettings } from "./oidc.ts";
import { authorizeInstance } from "./viewer.ts";

/** What this instance is, for whoever looks after it. No secrets. */
export async function describeInstance(): Promise<{ label: string; value: string }[]> {
  await authorizeInstance("users");
  const { url, databaseUrl } = getSettings();
  const database = new URL(databaseUrl);
  const provider = readOidcSettings();
  return [
    { label: "Address", value: url },
    { label: "Database", value: `${database.pathname.slice(1)} on ${database.host}` },
    { label: "Node", value: process.version },
    {
      label: "Sign-in",
      value: `passwords, one-time links${provider === undefined ? "" : `, ${provider.name} (${provider.issuer})`}`,
    },
    {
      label: "Retention",
      value: "Nothing is removed by itself: rows stay until a day's partition is dropped by hand.",
    },
  ];
}
