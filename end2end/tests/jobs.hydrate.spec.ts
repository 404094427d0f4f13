import { expect, HOME, test } from "./support";

test("the page of an open job takes over its progress and end without being loaded by hand", async ({ page, open }) => {
  await open(`${HOME}/train`);
  await page.getByLabel("Trials").fill("40");
  for (const box of await page.locator('input[name="candidates[]"]').all()) {
    await box.setChecked((await box.getAttribute("value")) === "logistic_regression_l2");
  }
  await page.getByRole("button", { name: "Start training" }).click();
  await expect(page.locator("[data-live]")).toBeAttached();
  // An element that is not replaced keeps its focus.
  const cancel = page.getByRole("button", { name: "Cancel job" });
  await cancel.focus();
  await expect(page.locator(".log")).toContainText("stage train", { timeout: 15_000 });
  await expect(cancel).toBeFocused();
  await expect(page.getByRole("link", { name: "View result" })).toBeVisible({ timeout: 25_000 });
  await expect(page.locator("[data-live]")).not.toBeAttached();
});
