import { isMainThread } from "node:worker_threads";

/**
 * Loaded into every process that `tachograph start` starts (`--import`): ends it when its parent is gone, however
 * that went, so that nothing is left behind by `kill -9`.
 */
const GRACE_MS = 5_000;

// What such a process starts itself inherits this import, and looks after its own channel.
const isOurChild = isMainThread && process.env["TACHOGRAPH_PARENT_PID"] === String(process.ppid);

if (isOurChild) {
  process.on("disconnect", () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    process.kill(process.pid, "SIGTERM");
  });
  // A listener alone would keep a process open that is done.
  process.channel?.unref();
}
