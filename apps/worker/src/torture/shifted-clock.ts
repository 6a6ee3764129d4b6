// Loaded before a server: its process then has a clock that is off.
const shiftMs = Number(process.env["TORTURE_CLOCK_SHIFT_MS"]);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...given: ConstructorParameters<DateConstructor> | []) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...given);
  }
  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
