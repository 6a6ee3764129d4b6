/**
 * Prefix of our cookies. A browser shares cookies between the ports of one host, so two dashboards on one machine
 * would otherwise sign each other out.
 */
export const cookiePrefixFor = (url: string): string => {
  const port = new URL(url).port;
  return port === "" ? "tachograph" : `tachograph-${port}`;
};
