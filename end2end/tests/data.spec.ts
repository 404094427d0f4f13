import { expect, HOME, overflow, test } from "./support";

const DATA = `${HOME}/data`;

test("dataset versions show their changes, and link to their profile", async ({ page, open }) => {
  await open(DATA);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Data");
  const rows = page.getByRole("region", { name: "Dataset versions" }).getByRole("row");
  expect(await rows.count()).toBeGreaterThan(2);
  await page.getByRole("link", { name: "simulated-labeled.csv" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("simulated-labeled.csv");
  await expect(page.getByRole("heading", { name: "Data quality" })).toBeVisible();
  await expect(page.getByRole("heading", { name: /^Monthly income/ })).toBeVisible();
  await expect(page.getByRole("region", { name: "Correlations of all columns" }).locator("svg")).toBeVisible();
  await expect(page.locator("main")).not.toContainText("NaN");
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test("two versions are compared side by side", async ({ page, open }) => {
  await open(DATA);
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(page).toHaveURL(/old=.*&new=/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Compare data");
  await expect(page.getByRole("region", { name: "Columns of both versions" })).toContainText("Monthly income");
});

test("a file with invalid cells is not imported, and all of them are listed", async ({ page, open }) => {
  await open(DATA);
  await page.getByLabel("Files", { exact: true }).setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from("Age,Gender\n200,Female\n") });
  await page.getByLabel("Scoring current employees").check();
  await page.getByRole("button", { name: "Import" }).click();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("people.csv could not be imported");
  const cells = page.getByRole("region", { name: "Invalid cells" });
  await expect(cells).toContainText("Age");
  await expect(cells).toContainText("“200”");
});

test("the profile can be downloaded as HTML and JSON", async ({ page, open }, info) => {
  await open(DATA);
  await page.getByRole("link", { name: "simulated-labeled.csv" }).click();
  const [json] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download JSON" }).click()]);
  expect(json.suggestedFilename()).toBe("profile-simulated-labeled.csv.json");
  const [html] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download HTML" }).click(),
  ]);
  const path = info.outputPath("profile.html");
  await html.saveAs(path);
  const file = await page.context().newPage();
  await file.goto(`file://${path}`);
  await expect(file.getByRole("heading", { name: "Columns", exact: true })).toBeVisible();
});
