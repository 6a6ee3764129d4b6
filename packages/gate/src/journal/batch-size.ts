const START_ROWS = 500;
const LEAST_ROWS = 50;
/** A store that takes a batch within this may get a larger one. */
const QUICK_MS = 500;
/** A store that takes longer gets smaller ones. */
const SLOW_MS = 1_500;

/** How many rows a batch may have: more while storing stays quick and rows wait, fewer after failures and slow ones. */
export class BatchSize {
  rows: number;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
    this.rows = Math.min(START_ROWS, max);
  }

  stored(rows: number, tookMs: number): void {
    if (tookMs > SLOW_MS) this.#shrink();
    else if (tookMs < QUICK_MS && rows >= this.rows) this.rows = Math.min(this.#max, this.rows * 2);
  }

  failed(): void {
    this.#shrink();
  }

  #shrink(): void {
    this.rows = Math.max(Math.min(LEAST_ROWS, this.#max), this.rows >> 1);
  }
}
