import { expect, HOME, test } from "./support";

const DRIFT = `${HOME}/drift`;

test("the history shows changes and the recommendation, with events, limits and numbers", async ({ page, open }) => {
  await open(DRIFT);
  await expect(page.getByRole("heading", { level: 1, name: "Drift history" })).toBeVisible();
  await expect(page.getByText("Retrain:").first()).toBeVisible();
  const charts = page.locator("main figure.chart");
  await expect(charts).toHaveCount(4);
  await expect(charts.first()).toContainText("ROC AUC");
  await expect(charts.first().locator("svg")).toContainText("limit 0.75");
  await expect(page.getByText("T training, P promotion")).toBeVisible();
  await charts.first().getByText("View data").click();
  await expect(charts.first().getByRole("columnheader", { name: "Observed ROC AUC" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Features over time" }).locator("svg.spark").first()).toBeAttached();
});

test("the address has the time range", async ({ page, open }) => {
  await open(DRIFT);
  const all = await page.getByRole("region", { name: "Drift checks" }).locator("tbody tr").count();
  await page.getByRole("link", { name: "3 months" }).click();
  await expect(page).toHaveURL(/from=\d{4}-\d{2}-01/);
  await expect.poll(() => page.getByRole("region", { name: "Drift checks" }).locator("tbody tr").count()).toBeLessThan(all);
  await open(`${DRIFT}?from=1999-01-01&to=1999-12-31`);
  await expect(page.getByRole("heading", { name: "No drift checks in this period" })).toBeVisible();
});

test("a check shows each feature with its tests and its chart", async ({ page, open }) => {
  await open(DRIFT);
  await page.getByRole("link", { name: "View full check" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Drift check of / })).toBeVisible();
  const row = page.getByRole("region", { name: "Features of this check" }).locator("tbody tr").first();
  await expect(row).toContainText("Drifted");
  const name = (await row.locator("th").innerText()).trim();
  await row.getByRole("link").click();
  await expect(page.locator("#feature h2")).toContainText(name);
  await expect(page.locator("#feature figure svg")).toBeVisible();
  await expect(page.getByRole("region", { name: "Tests of this feature" })).toContainText("Population stability index");
});

test("a check is acknowledged with a note, which is stored", async ({ page, open }) => {
  await open(DRIFT);
  await page.getByRole("link", { name: "View full check" }).click();
  const note = `Sales was taken over (${Date.now()}).`;
  await page.getByLabel("Note").fill(note);
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.locator("#notes")).toContainText(note);
  await open(DRIFT);
  await expect(page.getByRole("region", { name: "Events" })).toContainText(note);
});

test("a check can be exported as HTML, CSV and JSON", async ({ page, open }) => {
  await open(DRIFT);
  const href = (await page.getByRole("link", { name: "View full check" }).getAttribute("href")) ?? "";
  for (const [format, type, holds] of [
    ["html", "text/html", "<!DOCTYPE html>"],
    ["csv", "text/csv", "column,label,kind,verdict"],
    ["json", "application/json", '"recommendation"'],
    ["guide", "application/json", '"retraining_recommended"'],
  ]) {
    const file = await page.request.get(`${href}/${format}`);
    expect(file.headers()["content-type"]).toContain(type);
    expect(file.headers()["content-disposition"]).toContain("attachment");
    expect(await file.text()).toContain(holds);
  }
});

test("two checks are compared, feature by feature", async ({ page, open }) => {
  await open(DRIFT);
  const boxes = page.getByRole("region", { name: "Drift checks" }).getByRole("checkbox");
  await boxes.first().check();
  await boxes.last().check();
  await page.getByRole("button", { name: "Compare selected" }).click();
  await expect(page.getByRole("region", { name: "Features of the two checks" }).locator("tbody tr").first()).toContainText("changed");
});

test("a simulated shift is marked as simulated and is not stored", async ({ page, open }) => {
  await open(DRIFT);
  const checks = await page.getByRole("region", { name: "Drift checks" }).locator("tbody tr").count();
  await page.getByRole("link", { name: "Simulate drift" }).click();
  await page.getByLabel("Feature", { exact: true }).selectOption({ label: "Monthly income" });
  await page.getByLabel("Size").fill("1");
  await page.getByRole("button", { name: "Simulate" }).click();
  await expect(page.getByRole("heading", { name: /^Simulated: Monthly income shifted by \+1/ })).toBeVisible();
  await expect(page.getByText("not stored")).toBeVisible();
  for (const name of ["Effect of the change", "Features of this check"]) {
    await expect(page.getByRole("region", { name }).locator("tbody tr").first()).toContainText("Monthly income");
  }
  await open(`${DRIFT}/simulate?field=MonthlyIncome&how=shift&size=lots`);
  await expect(page.getByRole("alert")).toContainText("Enter the size");
  await open(DRIFT);
  expect(await page.getByRole("region", { name: "Drift checks" }).locator("tbody tr").count()).toBe(checks);
});

test("outcomes show the performance of each cycle", async ({ page, open }) => {
  await open(`${HOME}/outcomes`);
  const row = page.getByRole("region", { name: "Cycles" }).locator("tbody tr").first();
  await expect(row).toContainText("100%");
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { name: "By reason" })).toBeVisible();
});

test("every screen says how the live model is doing, and leads to the check that says so", async ({ page, open }) => {
  for (const path of [HOME, `${HOME}/models`]) {
    await open(path);
    const strip = page.getByRole("complementary", { name: "Model and data status" });
    await expect(strip).toContainText("Model health: Critical. Retrain:");
    await strip.getByRole("link", { name: "Critical" }).click();
    await expect(page.getByRole("heading", { level: 1, name: /^Drift check of / })).toBeVisible();
  }
});

test("the performance of each cycle is a table and a file", async ({ page, open }) => {
  await open(`${HOME}/outcomes`);
  const table = page.getByRole("region", { name: "Performance by cycle" });
  await expect(table.getByRole("columnheader", { name: "Recall" })).toBeAttached();
  const rows = await table.locator("tbody tr").count();
  expect(rows).toBeGreaterThan(0);
  const href = (await page.getByRole("link", { name: "Download as CSV" }).getAttribute("href")) ?? "";
  const file = await page.request.get(href);
  expect(file.headers()["content-type"]).toContain("text/csv");
  const lines = (await file.text()).trim().split("\r\n");
  expect(lines[0]).toMatch(/^scored_on,until,version,scored,known,left,expected,expected_low,expected_high,roc_auc,/);
  expect(lines.length).toBe(rows + 1);
});

test("the monitoring policy shows its limits, and a change is refused with the problem at its field", async ({ page, open }) => {
  await open(DRIFT);
  await page.getByRole("link", { name: "Monitoring policy" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Monitoring policy" })).toBeVisible();
  await expect(page.locator("dl.facts")).toContainText("30%");
  await page.getByText("Change policy").click();
  await page.getByLabel("Retrain: share of drifted features above").fill("30");
  await page.getByLabel("Reason for the change").fill("trial");
  await page.getByRole("button", { name: "Save policy" }).click();
  await expect(page.getByRole("alert").first()).toContainText("“30” is not possible");
  await expect(page.getByLabel("Retrain: share of drifted features above")).toHaveValue("30");
});
