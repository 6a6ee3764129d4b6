const whole = new Intl.NumberFormat("en");

export const formatCount = (count: number): string => whole.format(count);

/** `12 µs`, `3.4 ms`, `1.25 s`, `2 m 5 s`, `3 h 4 m`, `2 d 3 h`. */
export function formatDuration(durationUs: number): string {
  // A call whose end nobody saw.
  if (durationUs === 0) return "–";
  if (durationUs < 1000) return `${Math.round(durationUs)} µs`;
  const ms = durationUs / 1000;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `3.2 %`; an empty whole has no ratio and shows a dash. */
export function formatRatio(part: number, total: number): string {
  if (total === 0) return "–";
  const percent = (part / total) * 100;
  if (percent === 0) return "0 %";
  if (percent < 0.1) return "< 0.1 %";
  return `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

/** `2 minutes ago`, coarse: nothing should move that did not change. */
export function formatAgo(atMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - atMs) / 1000);
  if (seconds < -5) return "in the future";
  if (seconds < 60) return "just now";
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} d ago`;
}
