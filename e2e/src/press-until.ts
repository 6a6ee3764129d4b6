import { expect, type Locator, type Page } from "@playwright/test";

/** Presses a key until something has the focus: keys are heard from when a page has come to life. */
export async function pressUntilFocused(page: Page, key: string, target: Locator): Promise<void> {
  await expect(async () => {
    await page.keyboard.press(key);
    await expect(target).toBeFocused({ timeout: 1_000 });
  }).toPass();
}

/** Presses Tab until something has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(async () => {
    for (let presses = 0; presses < MAX_TABS; presses++) {
      await page.keyboard.press("Tab");
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`not reached by ${MAX_TABS} presses of Tab`);
  }).toPass();
}
const MAX_TABS = 100;

/** Opens the palette as soon as the page hears keys. */
export async function openPalette(page: Page): Promise<void> {
  const palette = page.getByRole("dialog", { name: "Go to" });
  await expect(async () => {
    if (!(await palette.isVisible())) await page.keyboard.press("Control+k");
    await expect(palette).toBeVisible({ timeout: 1_000 });
  }).toPass();
}
