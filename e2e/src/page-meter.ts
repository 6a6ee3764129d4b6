import type { Browser, BrowserContextOptions, Page } from "@playwright/test";

/** What opening a page cost a browser that had nothing of it. */
export interface PageCost {
  /** Compressed, as it came over the network. */
  scriptBytes: number;
  largestPaintMs: number;
  longestTaskMs: number;
  /** From the start of the navigation until its rows are there and answer to a click; its chart may follow. */
  interactiveMs: number;
}

interface Marks {
  largestPaintMs: number;
  longestTaskMs: number;
}

/** Runs in the page before anything else does. */
function startWatching(): void {
  const marks: Marks = { largestPaintMs: 0, longestTaskMs: 0 };
  Object.assign(window, { marks });
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) marks.largestPaintMs = startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) marks.longestTaskMs = Math.max(marks.longestTaskMs, duration);
  }).observe({ type: "longtask", buffered: true });
}

/** Whether nothing but a chart is awaited any more and React has taken over what is in the main part of the page. */
function isInteractive(): boolean {
  const main = document.querySelector("main");
  if (main === null || main.querySelector("[aria-busy=true]:not(figure)") !== null) return false;
  const isTakenOver = (element: Element | null): boolean =>
    element !== null && Object.keys(element).some((key) => key.startsWith("__reactProps"));
  return isTakenOver(main.querySelector("[role=row] a") ?? main.querySelector("a, button, input"));
}

export interface MeteredPage extends AsyncDisposable {
  page: Page;
  cost: PageCost;
  /** The longest task in milliseconds while `work` is done; 0 where none took 50 ms. */
  longestTaskOf(work: () => Promise<void>): Promise<number>;
}

/** How long a document of a few bytes takes in a fresh context, in milliseconds: what no page of this server can be under. */
export async function measureEmpty(
  browser: Browser,
  { url, context: options }: { url: string; context: BrowserContextOptions },
): Promise<number> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  const loadedMs = await page.evaluate(() => performance.now());
  await context.close();
  return loadedMs;
}

/** Opens an address in a fresh context and waits until it is interactive. */
export async function openMetered(
  browser: Browser,
  { url, context: options }: { url: string; context: BrowserContextOptions },
): Promise<MeteredPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.addInitScript(startWatching);
  const network = await context.newCDPSession(page);
  const scripts = new Set<string>();
  let scriptBytes = 0;
  network.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.add(requestId);
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scriptBytes += encodedDataLength;
  });
  await network.send("Network.enable");

  await page.goto(url, { waitUntil: "commit" });
  await page.waitForFunction(isInteractive, undefined, { polling: "raf", timeout: 60_000 });
  const interactiveMs = await page.evaluate(() => performance.now());
  await page.waitForLoadState("networkidle");
  const marks = (): Promise<Marks> => page.evaluate(() => (window as unknown as { marks: Marks }).marks);
  return {
    page,
    cost: { scriptBytes, interactiveMs, ...(await marks()) },
    async longestTaskOf(work) {
      await page.evaluate(() => void ((window as unknown as { marks: Marks }).marks.longestTaskMs = 0));
      await work();
      // The observer is told of a task after it has ended.
      await page.waitForTimeout(200);
      const { longestTaskMs } = await marks();
      return longestTaskMs;
    },
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}
