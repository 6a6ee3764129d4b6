/** Run by Next once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  // Where whoever reads the log is gone, Next would log that, which fails again, without an end.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const { followRequests } = await import("./data/follow-requests.ts");
  followRequests();
}
