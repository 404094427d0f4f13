import { expect, HOME, test } from "./support";

test("a version says how good it is, where it comes from and what it has learned", async ({ page, open }) => {
  await open(`${HOME}/models`);
  await page.locator("main tbody th a").last().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Version 1");
  await expect(page.locator(".headline", { hasText: "ROC AUC" })).toContainText("95% interval");
  const figures = page.locator("figure.chart");
  // The first bar: the lines of the axis are drawn before it and have no width.
  await expect(figures.filter({ hasText: "is the strongest driver" }).locator("svg path[fill]").first()).toBeVisible();
  await expect(figures.filter({ hasText: "exact TreeSHAP" })).toHaveCount(1);
  await expect(figures.filter({ hasText: "shuffled" })).toHaveCount(1);
  await expect(figures.filter({ hasText: "partial dependence" })).toHaveCount(4);
  // Every drawing has its data beside it.
  for (const figure of await figures.all()) expect(await figure.locator("table tbody tr").count()).toBeGreaterThan(0);
});

test("a version that is not there is not found", async ({ page }) => {
  const answer = await page.goto(`${HOME}/models/999`);
  expect(answer?.status()).toBe(404);
});
