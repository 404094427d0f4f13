import { expect, HOME, test } from "./support";

/** The address of the form once the model is in the page. */
async function ready(page: import("@playwright/test").Page, open: (path: string) => Promise<void>, path = `${HOME}/what-if`) {
  const model = page.waitForResponse((response) => response.url().includes("/model.bin"));
  await open(path);
  expect((await model).status()).toBe(200);
  await page.waitForTimeout(500);
}

test("a slider moves the number, the reasons and the sentence at once, and can be taken back", async ({ page, open }) => {
  await ready(page, open);
  const number = page.locator(".outcome > .number");
  const start = await number.innerText();
  for (const slider of await page.locator(".scenario input[type=range]").all()) {
    await slider.press("End");
  }
  await expect(number).not.toHaveText(start);
  await expect(page.locator(".verdict")).toContainText("against the start");
  await expect(page.locator(".before-after h2")).toHaveText(["Now", "At the start"]);
  await page.getByRole("button", { name: "Keep this scenario" }).click();
  await expect(page.getByRole("rowheader", { name: "Scenario 1" })).toBeVisible();
  await page.getByRole("button", { name: "Reset all" }).click();
  await expect(number).toHaveText(start);
  await page.getByRole("button", { name: "Back to it" }).click();
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
  await page.waitForTimeout(100);
  const here = await shown(page);
  const link = await page.getByRole("link", { name: "Link to this scenario" }).getAttribute("href");
  const bare = await browser.newContext({ javaScriptEnabled: false });
  const there = await bare.newPage();
  await there.goto(new URL(link ?? "", page.url()).toString());
  expect(await shown(there)).toEqual(here);
  await bare.close();
});

test("the time from a step of a slider to the screen is measured", async ({ page, open }) => {
  await ready(page, open);
  const times = await page.evaluate(async () => {
    const slider = document.querySelector<HTMLInputElement>(".scenario input[type=range]")!;
    const [low, high] = [slider.min, slider.max].map(Number);
    const channel = new MessageChannel();
    const settled = () => new Promise((done) => ((channel.port1.onmessage = done), channel.port2.postMessage(0)));
    const times: number[] = [];
    for (let turn = 0; turn < 120; turn++) {
      slider.value = String(low + (((turn * 7) % 40) / 40) * (high - low));
      const began = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      // Signals settle in microtasks; a message comes after them. Reading the layout makes the browser lay out the page.
      await settled();
      document.querySelector(".outcome")!.getBoundingClientRect();
      times.push(performance.now() - began);
      await new Promise(requestAnimationFrame);
    }
    return times.sort((a, b) => a - b);
  });
  const at = (share: number) => times[Math.floor(share * (times.length - 1))];
  console.log(`slider to screen: median ${at(0.5).toFixed(1)} ms, 95 % ${at(0.95).toFixed(1)} ms`);
  // The aim is 16 ms at 95 %. It is printed, not asserted: a busy machine says nothing about the page.
  expect(times).toHaveLength(120);
});
