const MAX_LENGTH = 64;

/** The names that are most like a given one, nearest first; none that has little in common with it. */
export function nearestNames(name: string, names: readonly string[], max = 3): string[] {
  const wanted = normal(name);
  return names
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, normal(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, Math.max(wanted.length, candidate.length) / 3))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, max)
    .map(({ candidate }) => candidate);
}

/** Writings of one name: `refundOrder`, `refund-order`, `orders.refund_order`. */
const normal = (name: string): string =>
  name
    .slice(-MAX_LENGTH)
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[-. ]/g, "_");

/** Edits that turn one text into the other, two neighbours that swapped counting as one; part of a name counts as near. */
function distanceOf(a: string, b: string): number {
  if (a.length >= 4 && b.length >= 4 && (a.includes(b) || b.includes(a))) return 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(at(current, column - 1) + 1, at(previous, column) + 1, at(previous, column - 1) + change);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, at(before, column - 2) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return at(previous, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
