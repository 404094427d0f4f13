import { expect, HOME, overflow, test } from "./support";

const PAGE = `${HOME}/models/1/fairness`;

test("the report says which attributes fail, with intervals and counts", async ({ page, open }) => {
  await open(PAGE);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Fairness of version 1");
  const verdicts = page.getByRole("region", { name: "Verdicts by attribute and metric" });
  await expect(verdicts.getByRole("row", { name: /^Age group/ }).first()).toContainText("Fail");
  await expect(verdicts.getByRole("row", { name: /^Gender/ }).first()).not.toContainText("Fail");
  const groups = page.getByRole("region", { name: "Groups by age group" });
  await expect(groups.getByRole("rowheader")).toHaveText([/under 30/, /30-39/, /40-49/, /50 and over/, /Overall/]);
  await expect(page.getByRole("region", { name: "Four-fifths rule by age group" })).toContainText("below four-fifths");
  await expect(page.getByRole("heading", { name: /Local Law 144/ })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Limitations of this report" })).toBeVisible();
  await expect(page.locator("main")).not.toContainText("NaN");
});

test("inputs that give a protected group away have a verdict, in the report and on top of the review", async ({ page, open }) => {
  await open(PAGE);
  const proxies = page.getByRole("region", { name: "Proxy analysis by attribute" });
  await expect(proxies.getByRole("row", { name: /^Age group/ })).toContainText("Strong proxy");
  await open(`${HOME}/models/1/review`);
  await expect(page.locator("main .note.warn", { hasText: "Protected groups can be inferred from the inputs" })).toContainText("Age group");
});

test("the cutoff is in the address and changes who is listed", async ({ page, open }) => {
  await open(PAGE);
  const everybody = page.getByRole("region", { name: "Groups by gender" }).getByRole("row", { name: /^Overall/ });
  const before = await everybody.innerText();
  await page.getByLabel("Cutoff").fill("0.5");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/cutoff=0\.50?$/);
  await expect(everybody).not.toHaveText(before);
});

test.describe("a cutoff that is none", () => {
  test.use({ expected: [/status of 400/] });
  test("is refused in words", async ({ page, open }) => {
    await open(`${PAGE}?cutoff=much`);
    await expect(page.locator("main")).toContainText("is not a valid cutoff");
  });
});

test("the file is the same report and loads nothing", async ({ page, open }, info) => {
  await open(PAGE);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download HTML" }).click(),
  ]);
  const path = info.outputPath("fairness.html");
  await download.saveAs(path);
  const asked: string[] = [];
  const file = await page.context().newPage();
  file.on("request", (request) => asked.push(request.url()));
  await file.goto(`file://${path}`);
  await expect(file.getByRole("heading", { level: 1 })).toHaveText("Fairness of version 1");
  await expect(file.getByRole("region", { name: "Groups by age group" })).toBeVisible();
  expect(asked.filter((url) => !url.startsWith("file:"))).toEqual([]);
  await file.setViewportSize({ width: 390, height: 800 });
  expect(await overflow(file)).toBeLessThanOrEqual(0);
});

test("the model card is made from the record, and people add what they know", async ({ page, open }) => {
  await open(`${HOME}/models/1/card`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Model card of version 1");
  await expect(page.getByText("Protected attributes, audited but not used as inputs")).toBeVisible();
  const text = `Not for people hired this month (${Date.now()})`;
  await page.getByLabel("Known limitations").fill(text);
  await page.getByRole("button", { name: "Save limitations" }).click();
  await expect(page.locator("blockquote").first()).toContainText("Not for people hired this month");
  await expect(page.locator("blockquote footer").first()).toContainText("revision");
});
