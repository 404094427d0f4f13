import { expect, HOME, test } from "./support";

test("a run shows its metrics, curves and stages", async ({ page, open }) => {
  await open(`${HOME}/runs`);
  await page.locator("main tbody th a").first().click();
  await expect(page.getByRole("heading", { name: "Metrics on the hold-out" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "ROC AUC" })).toBeVisible();
});

test("a filter that nothing passes says so", async ({ page, open }) => {
  await open(`${HOME}/runs?filter=metrics.roc_auc+%3E+2`);
  await expect(page.getByRole("heading", { name: "No run matches" })).toBeVisible();
});

test("versions lead to their runs, and one is live", async ({ page, open }) => {
  await open(`${HOME}/models`);
  await expect(page.locator("main .state.good", { hasText: "Live" })).toHaveCount(1);
  await page.locator("main tbody th a").first().click();
  await page.getByRole("link", { name: "Training run" }).click();
  await expect(page.getByRole("heading", { name: "Parameters" })).toBeVisible();
});
