import { test as base, type BrowserContextOptions } from "@playwright/test";
import { startService, type Service } from "./service.ts";

type StorageState = Exclude<BrowserContextOptions["storageState"], string | undefined>;

/**
 * `service` runs for all tests. `page` is signed in; a test that wants a visitor who is not uses `visitor`. A page that
 * throws, logs an error or breaks the content security policy fails its test.
 */
export const test = base.extend<
  { faults: string[]; closesAll: void },
  { seededSessions: number; service: Service; signedIn: StorageState }
>({
  /** How many sessions of the last day there are. */
  seededSessions: [40, { option: true, scope: "worker" }],
  service: [
    async ({ seededSessions }, use) => {
      const service = await startService({ seededSessions });
      await use(service);
      await service.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  signedIn: [
    async ({ browser, service }, use) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(await service.loginLink());
      await use(await context.storageState());
      await context.close();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ service }, use) => use(service.url),
  storageState: async ({ signedIn }, use) => use(signedIn),
  // A page that nobody looks at any more still asks for what is new.
  closesAll: [
    async ({ browser }, use) => {
      const before = browser.contexts();
      await use();
      const left = browser.contexts().filter((context) => !before.includes(context));
      await Promise.all(left.map((context) => context.close()));
    },
    { auto: true },
  ],
  faults: [
    async ({ page }, use) => {
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("dialog", (dialog) => {
        faults.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(`${message.text()} ${message.location().url}`);
      });
      await use(faults);
      if (faults.length > 0) throw new Error(`the page complained:\n${faults.join("\n")}`);
    },
    { auto: true },
  ],
});

export { expect } from "@playwright/test";
