import { expect, firstPerson, HOME, readyWhatIf as ready, settledWhatIf, test } from "./support";

test("a slider updates the score, the drivers and the sentence, and can be reset", async ({ page, open }) => {
  await ready(page, open);
  const number = page.locator(".outcome > .number");
  const start = await number.innerText();
  for (const slider of await page.locator(".scenario input[type=range]").all()) {
    await slider.press("End");
  }
  await expect(number).not.toHaveText(start);
  await expect(page.locator(".verdict")).toContainText("vs starting point");
  await expect(page.locator(".before-after h2")).toHaveText(["This scenario", "Starting point"]);
  await page.getByRole("button", { name: "Save scenario" }).click();
  await expect(page.getByRole("rowheader", { name: "Scenario 1" })).toBeVisible();
  await page.getByRole("button", { name: "Reset all" }).click();
  await expect(number).toHaveText(start);
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(number).not.toHaveText(start);
});

test("browser and server give the same numbers", async ({ page, open, browser }) => {
  await ready(page, open);
  for (const slider of await page.locator(".scenario input[type=range]").all()) await slider.press("End");
  const shown = async (from: typeof page) => [
    await from.locator(".outcome > .number").innerText(),
    ...(await from.locator(".outcome .waterfall").first().locator("tr").allInnerTexts()),
    await from.locator(".outcome .sentence").innerText(),
  ];
  await settledWhatIf(page);
  const here = await shown(page);
  const link = await page.getByRole("link", { name: "Link to this scenario" }).getAttribute("href");
  const bare = await browser.newContext({ javaScriptEnabled: false });
  const there = await bare.newPage();
  await there.goto(new URL(link ?? "", page.url()).toString());
  expect(await shown(there)).toEqual(here);
  await bare.close();
});

test("applying a suggestion returns to the result, and a new goal is announced", async ({ page, open }) => {
  await open(HOME);
  const person = (await firstPerson(page)).split("/").pop() ?? "";
  await ready(page, open, `${HOME}/what-if?person=${person}`);
  const suggestions = page.locator(".smallest");
  await suggestions.getByRole("button", { name: "Apply" }).first().click();
  await expect(page.locator("#result > .number")).toBeInViewport();
  await expect(page.locator("#result > .verdict")).toContainText("vs starting point");
  await expect(suggestions).toContainText("The first goal, below");
});
