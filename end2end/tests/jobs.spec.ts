import { expect, HOME, test } from "./support";
import type { Page } from "@playwright/test";

/** Fills the form for a training on few trials of one candidate. */
async function fill(page: Page, trials: string) {
  await page.getByLabel("Trials").fill(trials);
  for (const box of await page.locator('input[name="candidates[]"]').all()) {
    await box.setChecked((await box.getAttribute("value")) === "logistic_regression_l2");
  }
}

/** Waits until the page of a job shows that the job has ended. The page refreshes itself; the test reloads it where that is turned off. */
async function ended(page: Page) {
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main .lead .state")).toHaveText(/Finished|Failed|Canceled/, { timeout: 500 });
  }).toPass({ timeout: 25_000 });
}

test("a training run is started on a page, followed on the page of its job, and links to its run", async ({ page, open }) => {
  await open(`${HOME}/runs`);
  await page.getByRole("link", { name: "Train a model" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Train a model" })).toBeVisible();
  await expect(page.getByText(/of 200 resamples of \d+ rows pass/)).toBeVisible();
  await fill(page, "3");
  await page.getByRole("button", { name: "Start training" }).click();
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { level: 1, name: /^Training on / })).toBeVisible();
  await ended(page);
  await expect(page.locator("main .lead .state")).toHaveText(/Finished/);
  await expect(page.locator(".log")).toContainText("stage monitor");
  await page.getByRole("link", { name: "View result" }).click();
  await expect(page.getByRole("heading", { name: "Pipeline steps" })).toBeVisible();
  await expect(page.getByText("ROC AUC at least")).toBeVisible();
});

test("an invalid form comes back with its values and the errors", async ({ page, open }) => {
  await open(`${HOME}/train`);
  await page.getByLabel("Trials").fill("many");
  await page.getByLabel("Seed").fill("7");
  await page.getByRole("button", { name: "Start training" }).click();
  await expect(page.getByRole("alert")).toContainText("There is a problem");
  await expect(page.getByRole("alert").getByRole("link")).toHaveAttribute("href", "#trials");
  await expect(page.getByLabel("Trials")).toHaveValue("many");
  await expect(page.getByLabel("Seed")).toHaveValue("7");
});

test("a job is canceled from its page, and keeps its log", async ({ page, open }) => {
  await open(`${HOME}/train`);
  await fill(page, "5000");
  await page.getByRole("button", { name: "Start training" }).click();
  await expect(page.getByRole("button", { name: "Cancel job" })).toBeVisible();
  await page.getByRole("button", { name: "Cancel job" }).click();
  await ended(page);
  await expect(page.locator("main .lead .state")).toHaveText(/Canceled/);
  await expect(page.locator(".log")).toContainText("canceled:");
  const title = await page.locator("h1").textContent();
  await open(`${HOME}/jobs`);
  await expect(page.getByRole("row", { name: new RegExp(`${title}.*Canceled`) }).first()).toBeVisible();
});

test("the page of an open job loads itself again without JavaScript, and an address turns that off", async ({ page, open }) => {
  await open(`${HOME}/train`);
  await fill(page, "5000");
  await page.getByRole("button", { name: "Start training" }).click();
  const job = page.url();
  const text = async (address: string) => (await page.request.get(address, { headers: { accept: "text/html" } })).text();
  const reload = /<noscript><meta http-equiv="refresh" content="3"/;
  expect(await text(job)).toMatch(reload);
  expect(await text(`${job}?refresh=off`)).not.toMatch(reload);
  await page.getByRole("button", { name: "Cancel job" }).click();
  await ended(page);
});

test.describe("a job that does not exist", () => {
  test.use({ expected: [/status of 404/] });
  test("leads to an error page with a link home", async ({ page, open, request }) => {
    expect((await request.get("/jobs/nothing", { headers: { accept: "text/html" } })).status()).toBe(404);
    await open("/jobs/nothing");
    await expect(page.getByRole("link", { name: "Back to home" })).toBeVisible();
  });
});
