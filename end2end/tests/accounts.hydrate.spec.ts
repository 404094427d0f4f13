import { axeFinds, expect, HOME, test } from "./support";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`${colorScheme}, signed out`, () => {
    test.use({ colorScheme, role: "nobody", expected: [/status of 40[14]/] });
    test("axe finds nothing on the pages of signing in", async ({ page, open }) => {
      for (const path of ["/sign-in", "/set-up/0000"]) {
        await open(path);
        expect(await axeFinds(page), path).toEqual([]);
      }
    });
  });
}

test.describe("foreign code", () => {
  test.use({ expected: [/Content Security Policy|ERR_UNKNOWN_URL_SCHEME|Failed to load resource/] });
  test("the policy of the page lets its own scripts run and no other", async ({ page, open }) => {
  await open(HOME);
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    const image = document.createElement("div");
    image.innerHTML = '<img src="x:" onerror="window.injected = true">';
    document.body.append(image);
    return new Promise((done) => setTimeout(() => done((window as any).injected ?? false), 200));
  });
  expect(ran).toBe(false);
  });
});
