import { expect, firstPerson, HOME, test } from "./support";

test("the page of a person links to the what-if form with the person's values", async ({ page, open }) => {
  await open(HOME);
  await open(await firstPerson(page));
  const risk = await page.locator(".score > .number").innerText();
  await page.locator("summary", { hasText: "other factors" }).click();
  await expect(page.getByRole("region", { name: "Other factors" }).locator("tbody tr").first()).toBeVisible();
  await page.getByRole("link", { name: "Explore changes" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Explore changes for this");
  const now = Number.parseFloat(await page.locator(".outcome > .number").innerText());
  expect(Math.abs(now - Number.parseFloat(risk.replace(/[<>]/, "")))).toBeLessThanOrEqual(1);
});

test("a typical person is scored and explained", async ({ page, open }) => {
  await open(`${HOME}/what-if`);
  await expect(page.locator(".outcome > .number")).toHaveText(/^\d+\.\d%$/);
  await expect(page.locator(".outcome .waterfall tr.total")).toBeVisible();
  await expect(page.locator(".outcome .sentence")).toContainText("The predicted probability that this");
  await expect(page.getByText("not advice about an individual")).toBeVisible();
});

test("the address has the scenario and no identifier", async ({ page, open }) => {
  await open(HOME);
  const person = (await firstPerson(page)).split("/").pop() ?? "";
  await open(`${HOME}/what-if?person=${person}`);
  const link = (await page.getByRole("link", { name: "Link to this scenario" }).getAttribute("href")) ?? "";
  expect(link).not.toContain("person=");
  const controls = page.locator(".scenario [name^='v.']");
  const values = () => controls.evaluateAll((all) => all.map((control) => (control as HTMLInputElement).value));
  const before = await values();
  // Who it is is not in the address: it is scored by the final model, which may have learned from the person.
  await open(link);
  await expect(page.locator(".outcome > .number")).toHaveText(/^\d+\.\d%$/);
  expect(await values()).toEqual(before);
  // The same scenario of nobody gives the same number.
  const number = await page.locator(".outcome > .number").innerText();
  await open((await page.getByRole("link", { name: "Link to this scenario" }).getAttribute("href")) ?? "");
  await expect(page.locator(".outcome > .number")).toHaveText(number);
});

test("an invalid number is reported at its field", async ({ page, open }) => {
  const field = page.locator(".scenario input[type=number]").first();
  await open(`${HOME}/what-if`);
  const name = (await field.getAttribute("name")) ?? "";
  await open(`${HOME}/what-if?${encodeURIComponent(name)}=many`);
  await expect(page.getByRole("heading", { name: "There is a problem" })).toBeVisible();
  await expect(page.locator(".scenario .error", { hasText: /must be/ })).toHaveCount(1);
});

test("an unknown category and a value outside the allowed range are reported at their fields; one outside the training range is a warning", async ({ page, open }) => {
  const field = (name: string) => page.locator(".scenario .field").filter({ has: page.locator(`[name="v.${name}"]`) });
  await open(`${HOME}/what-if?v.BusinessTravel=Sometimes&v.MonthlyIncome=-5`);
  await expect(field("BusinessTravel").locator(".error")).toContainText("must be one of");
  await expect(field("MonthlyIncome").locator(".error")).toContainText("must be");
  await expect(page.getByRole("heading", { name: "There is a problem" })).toBeVisible();
  await open(`${HOME}/what-if?v.MonthlyIncome=900000`);
  await expect(field("MonthlyIncome").locator(".unseen")).toContainText("outside the training range");
  await expect(page.locator(".outcome > .number")).toHaveText(/%$/);
});

test("on a phone the result stays visible while the form is filled in", async ({ page, open }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(`${HOME}/what-if`);
  await page.locator(".scenario .field").last().scrollIntoViewIfNeeded();
  await expect(page.locator(".outcome > .number")).toBeInViewport();
  await expect(page.locator(".outcome > .verdict")).toBeInViewport();
});
