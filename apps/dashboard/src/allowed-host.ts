const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Whether a `Host` header names this dashboard. A page of another origin whose name was rebound to a loopback address
 * sends its own name, and is turned away here.
 *
 * @param configuredUrl - Where people open the dashboard; its host is allowed besides the loopback names.
 */
export function isAllowedHost(host: string | null, configuredUrl: string | undefined): boolean {
  if (host === null) return false;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (loopback.has(name)) return true;
  return configuredUrl !== undefined && URL.canParse(configuredUrl) && new URL(configuredUrl).hostname === name;
}
