import "server-only";

/**
 * Where a request came from. The dashboard listens on the loopback only: what comes from elsewhere comes by way of a
 * proxy, which puts the address it saw at the end of the header.
 */
export const clientAddress = (requestHeaders: Headers): string | null =>
  requestHeaders.get("x-forwarded-for")?.split(",").at(-1)?.trim().slice(0, 64) || null;
