import { expect, HOME, test } from "./support";

test("after a change of page the heading has the focus, and the document was not reloaded", async ({ page, open }) => {
  await open(HOME);
  await page.evaluate(() => Object.assign(window, { same: true }));
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Runs" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Training runs");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  expect(await page.evaluate(() => "same" in window)).toBe(true);
});

test("the first tab stop skips the navigation", async ({ page, open }) => {
  await open(HOME);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to main content" })).toBeFocused();
});

test("the page is soon usable and has no layout shift", async ({ page, open }) => {
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) (window as any).shift += (entry as any).value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await open(HOME);
  const [hydrated, shift] = await page.evaluate(() => [performance.now(), (window as any).shift]);
  console.log(`hydrated after ${Math.round(hydrated)} ms, layout shift ${shift.toFixed(3)}`);
  expect(shift).toBeLessThanOrEqual(0.1);
});
