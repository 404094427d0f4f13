import { DEMO_RUNS, expect, HOME, test } from "./support";
import type { Page } from "@playwright/test";

/** Opens the first run of the table. */
async function firstRun(page: Page, open: (path: string) => Promise<void>) {
  await open(DEMO_RUNS);
  await page.locator("main tbody th a").first().click();
  await expect(page.getByRole("navigation", { name: "Run sections" })).toBeVisible();
}

test("a run shows its main figures, its gates and its seven steps", async ({ page, open }) => {
  await firstRun(page, open);
  await expect(page.getByRole("region", { name: "Key figures" })).toContainText("95% interval");
  await expect(page.getByRole("rowheader", { name: "ROC AUC at least 0.7" })).toBeVisible();
  for (const step of ["Validate", "Merge", "Preprocess", "Features", "Train", "Evaluate", "Monitor"]) {
    await expect(page.getByRole("rowheader", { name: step, exact: true })).toBeVisible();
  }
});

test("figures and verdicts are on the screen", async ({ page, open }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await firstRun(page, open);
  const gates = page.getByRole("region", { name: "Gates" });
  expect(await gates.evaluate((table) => table.scrollWidth - table.clientWidth)).toBeLessThanOrEqual(0);
  await open(`${HOME}/models`);
  const models = page.getByRole("region", { name: "Model versions" });
  expect(await models.evaluate((table) => table.scrollWidth - table.clientWidth)).toBeLessThanOrEqual(0);
});

test("a table that scrolls shows a shadow at the edge of its hidden columns", async ({ page, open }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(`${HOME}/models`);
  const models = page.getByRole("region", { name: "Model versions" });
  expect(await models.evaluate((table) => table.scrollWidth - table.clientWidth)).toBeGreaterThan(0);
  // Two covers that scroll along, two shadows that stay.
  expect(await models.evaluate((table) => getComputedStyle(table).backgroundAttachment)).toBe("local, local, scroll, scroll");
});

test("its figures: curves with tables, every metric, and what each cutoff means", async ({ page, open }) => {
  await firstRun(page, open);
  await page.getByRole("link", { name: "Metrics", exact: true }).click();
  await expect(page.locator("figure.chart")).toHaveCount(5);
  await expect(page.getByRole("columnheader", { name: "Employees listed" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Leavers captured" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "Matthews correlation" })).toBeVisible();
});

test("where it errs, and what the data gives away", async ({ page, open }) => {
  await firstRun(page, open);
  await page.getByRole("link", { name: "Errors and data" }).click();
  await expect(page.getByRole("heading", { name: /^Highest error segment: / })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Leakage checks" })).toBeVisible();
  await expect(page.getByText("Reproducible on a second fit")).toBeVisible();
});

test("its files can be looked at and downloaded", async ({ page, open }) => {
  await firstRun(page, open);
  await page.getByRole("link", { name: "Settings and files" }).click();
  await expect(page.getByRole("heading", { name: "Parameters", exact: true })).toBeVisible();
  await page.getByRole("link", { name: "roc.svg", exact: true }).click();
  const drawing = page.getByRole("img", { name: "Preview of roc.svg" });
  await expect(drawing).toBeVisible();
  await expect.poll(() => drawing.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
  await page.getByRole("link", { name: "Settings and files" }).click();
  await page.getByRole("link", { name: "metrics.json", exact: true }).click();
  await expect(page.getByRole("region", { name: "Content" })).toContainText('"roc_auc"');
  const file = await page.request.get((await page.getByRole("link", { name: "Download" }).getAttribute("href")) ?? "");
  expect(file.headers()["content-disposition"]).toContain("attachment");
});

test("nested runs are folded, unfolded by a link, and lead to their trials", async ({ page, open }) => {
  await open(DEMO_RUNS);
  await expect(page.locator("main tbody tr")).toHaveCount(2);
  await page.getByRole("link", { name: /^Show \d+ nested runs/ }).last().click();
  await expect(page).toHaveURL(/unfold=/);
  await page.getByRole("link", { name: "Gradient boosting" }).click();
  await expect(page.getByRole("heading", { name: /nested runs?$/ })).toBeVisible();
  await page.getByRole("link", { name: /^Trial \d/ }).first().click();
  await expect(page.getByRole("heading", { name: "By fold" })).toBeVisible();
});

test("columns are chosen and stay in the address", async ({ page, open }) => {
  await open(`${HOME}/runs`);
  await page.getByText("Columns", { exact: true }).click();
  for (const box of await page.locator('input[name="column"]').all()) {
    await box.setChecked(["accuracy", "settings.seed"].includes((await box.getAttribute("value")) ?? ""));
  }
  await page.getByRole("button", { name: "Apply filters" }).click();
  await expect(page).toHaveURL(/column=accuracy/);
  await expect(page.getByRole("columnheader", { name: "Accuracy" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "ROC AUC" })).toHaveCount(0);
});

test("a filter that nothing passes says so", async ({ page, open }) => {
  await open(`${HOME}/runs?filter=metrics.roc_auc+%3E+2`);
  await expect(page.getByRole("heading", { name: "No matching runs" })).toBeVisible();
});

test.describe("a wrong filter", () => {
  test.use({ expected: [/status of 422/] });
  test("keeps the page and what was typed, and says what is wrong at the field", async ({ page, open, request }) => {
    const path = `${HOME}/runs?filter=metrics.roc_auc+0.7&column=f1`;
    expect((await request.get(path, { headers: { accept: "text/html" } })).status()).toBe(422);
    await open(path);
    const filter = page.getByLabel("Filter", { exact: true });
    await expect(filter).toHaveValue("metrics.roc_auc 0.7");
    await expect(page.locator("#filter-error")).toContainText("has no operator");
    await expect(page.locator(".error-summary").getByRole("link")).toHaveAttribute("href", "#filter");
    await filter.fill("metrics.roc_auc > 0.1");
    await page.getByRole("button", { name: "Apply filters" }).click();
    await expect(page.locator("main tbody tr").first()).toBeVisible();
  });
  test("of the audit log and of people, too", async ({ page, open }) => {
    await open("/audit?from=2026-13-01&who=admin");
    await expect(page.locator("#from-error")).toContainText("is not a valid date");
    await expect(page.getByLabel("User", { exact: true })).toHaveValue("admin");
    await open(`${HOME}?search=1&band=enormous`);
    await expect(page.locator("#band-error")).toContainText("There is no risk band");
    await expect(page.locator("#search")).toHaveValue("1");
    await open(`${HOME}?min_risk=high`);
    await expect(page.locator("#min_risk-error")).toContainText("“high” is not a valid risk.");
    await expect(page.locator("#people tbody tr").first()).toBeVisible();
  });
});

test("a comparison shows what differs, every metric, and the curves in one drawing, also as a file", async ({ page, open }) => {
  await open(DEMO_RUNS);
  const run = ((await page.locator("main tbody th a").first().getAttribute("href")) ?? "").split("/").pop();
  await open(`/runs/compare?ids=${run},${run}`);
  await expect(page.getByRole("heading", { name: "Hold-out metrics" })).toBeVisible();
  await expect(page.getByText("All parameters are the same.")).toBeVisible();
  await expect(page.locator("figure.chart .legend").first().getByRole("listitem")).toHaveCount(2);
  const file = await page.request.get((await page.getByRole("link", { name: "Download HTML" }).getAttribute("href")) ?? "");
  expect(await file.text()).toContain("<svg");
});

test("versions lead to their runs, and one is live", async ({ page, open }) => {
  await open(`${HOME}/models`);
  await expect(page.locator("main .state.good", { hasText: "Live" })).toHaveCount(1);
  await page.locator("main tbody th a").first().click();
  await page.getByRole("link", { name: "Training run" }).click();
  await expect(page.getByRole("heading", { name: "Pipeline steps" })).toBeVisible();
});
