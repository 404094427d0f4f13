import { expect, firstPerson, HOME, test } from "./support";

const risks = (texts: string[]) => texts.map((text) => Number(text.replace("<", "").replace(">", "").replace("%", "")));

test("people are sorted by highest risk, and the heading reverses the order", async ({ page, open }) => {
  await open(HOME);
  const column = page.locator("#people tbody td b");
  const down = risks(await column.allTextContents());
  expect(down).toEqual([...down].sort((a, b) => b - a));
  const heading = page.getByRole("columnheader", { name: "Risk", exact: false }).last();
  await page.locator("#people").getByRole("link", { name: "Risk" }).click();
  await expect(page).toHaveURL(/order=asc/);
  await expect(page.locator("#people th[aria-sort=ascending]")).toHaveText(/Risk/);
  const up = risks(await column.allTextContents());
  expect(up).toEqual([...up].sort((a, b) => a - b));
  await expect(heading).toBeVisible();
});

test("a filter is a form, is shown as a chip, and is removed by the chip", async ({ page, open }) => {
  await open(HOME);
  const all = await page.locator("#people .section-heading .aside").innerText();
  await page.locator("#people").getByLabel("Band").selectOption({ index: 1 });
  const band = await page.locator("#people").getByLabel("Band").inputValue();
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/band=/);
  const chip = page.getByRole("link", { name: `Remove filter Band: ${band}` });
  await expect(chip).toBeVisible();
  await chip.click();
  await expect(chip).toBeHidden();
  await expect(page.locator("#people .section-heading .aside")).toHaveText(all);
});

test("table pages are links, and the back button works", async ({ page, open }) => {
  await open(HOME);
  const first = await firstPerson(page);
  await page.getByRole("link", { name: "Next →" }).click();
  await expect(page.getByText("Page 2 of")).toBeVisible();
  expect(await firstPerson(page)).not.toBe(first);
  await page.goBack();
  await expect(page.getByText("Page 1 of")).toBeVisible();
});

test("a band links to its people, a person to the drivers", async ({ page, open }) => {
  await open(HOME);
  await page.locator(".bands").getByRole("link").first().click();
  await expect(page).toHaveURL(/band=/);
  await page.locator("#people tbody th a").first().click();
  await expect(page.getByRole("heading", { name: "Drivers of this score" })).toBeVisible();
  const total = await page.locator(".waterfall tr.total td").last().innerText();
  await expect(page.locator(".score > .number")).toHaveText(total);
});

test("a search without matches offers to clear the filters", async ({ page, open }) => {
  await open(`${HOME}?search=nobody-has-this`);
  await expect(page.getByRole("heading", { name: "No matches" })).toBeVisible();
  await page.getByRole("link", { name: "Clear all" }).click();
  await expect(page.locator("#people tbody tr").first()).toBeVisible();
});

test("the CSV has the current filter", async ({ page, open, request }) => {
  await open(`${HOME}?order=asc`);
  const href = await page.getByRole("link", { name: "Download CSV" }).getAttribute("href");
  expect(href).toContain("order=asc");
  const answer = await request.get(href ?? "");
  expect(answer.status()).toBe(200);
  expect(answer.headers()["content-disposition"]).toContain("attachment");
});

test("the capacity control leads to the people it counts", async ({ page, open }) => {
  await open(HOME);
  const finding = await page.locator(".capacity .finding b").allInnerTexts();
  await page.locator(".capacity").getByRole("link", { name: "View list" }).click();
  await expect(page.getByRole("link", { name: `Risk at or above ${finding[1]}` })).toBeVisible();
  const count = finding[0].split(" ")[0];
  await expect(page.locator("#people .section-heading [role=status]")).toHaveText(count === "1" ? "1 person" : `${count} people`);
  const csv = await page.getByRole("link", { name: "Download CSV" }).getAttribute("href");
  expect(csv).toContain("min_risk=");
});

test("a number of conversations gives a cutoff", async ({ page, open, javaScriptEnabled }) => {
  await open(HOME);
  const finding = page.locator(".capacity .finding");
  const before = await finding.innerText();
  await page.getByLabel("Conversations you can hold this month", { exact: true }).fill("7");
  if (javaScriptEnabled === false) await page.getByRole("button", { name: "Update" }).click();
  await expect(finding).not.toHaveText(before);
});
