import { expect, type Locator, type Page } from "@playwright/test";

/** Presses a key until something has the focus: keys are heard from when a page has come to life. */
export async function pressUntilFocused(page: Page, key: string, target: Locator): Promise<void> {
  await expect(async () => {
    await page.keyboard.press(key);
    await expect(target).toBeFocused({ timeout: 1_000 });
  }).toPass();
}
