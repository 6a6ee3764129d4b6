// Play a run: the demo, traffic for tests, load for benchmarks.
export {
  runDemo,
  type DemoEpisode,
  type DemoOptions,
  type DemoProgress,
  type DemoReport,
  type DemoSession,
} from "./run-demo.ts";
export type { Payout } from "./servers/payments/order-book.ts";
export type { Sight } from "./simulator/answer.ts";
export type { Traffic } from "./simulator/session-plan.ts";
export type { SentDelivery } from "./simulator/delivery-log.ts";

// What a run plants in arguments, for tests that look for it afterwards.
export { hostileTexts, plantedSecrets } from "./personas/hostile-arguments.ts";
