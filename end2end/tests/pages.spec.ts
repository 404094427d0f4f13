import { execFileSync } from "node:child_process";
import { everyPage, expect, HOME, overflow, test } from "./support";

test("the home page redirects to the dashboard", async ({ page, open }) => {
  await open("/");
  await expect(page).toHaveURL(new RegExp(`${HOME}$`));
});

test("every page has one heading, a unique title, and shows the live model", async ({ page, open }) => {
  test.slow(); // every page, one after the other
  const titles = new Set<string>();
  const paths = await everyPage(page);
  for (const path of paths) {
    await open(path);
    await expect(page.locator("h1"), path).toHaveCount(1);
    await expect(page.getByRole("complementary", { name: "Model and data status" }), path).toContainText("Live model");
    titles.add(await page.title());
  }
  expect(titles.size).toBeGreaterThanOrEqual(paths.length - 1);
});

test("no page is wider than a small screen", async ({ page, open }) => {
  test.slow(); // every page, one after the other
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of await everyPage(page)) {
    await open(path);
    expect(await overflow(page), path).toBeLessThanOrEqual(0);
  }
});

test("the heading and the current entry are on the first screen of a phone", async ({ page, open }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [HOME, `${HOME}/drift`, `${HOME}/review`]) {
    await open(path);
    await expect(page.locator(".side .pages [aria-current]"), path).toBeInViewport();
    const heading = await page.getByRole("heading", { level: 1 }).boundingBox();
    expect(heading?.y, path).toBeLessThan(350);
  }
});

test("a use case without data or model teaches the next step", async ({ page, open }) => {
  // Another use case of the store, without data.
  const env = { ...process.env, TENURE_DATA_DIR: process.env.TENURE_STORE };
  execFileSync("../target/release/tenure", ["use-case", "import", "../examples/use_cases/terminations.toml"], { env });
  const empty = "/use-case/terminations";
  for (const path of [empty, `${empty}/what-if`]) {
    await open(path);
    await expect(page.getByRole("heading", { name: "Next step: import data" }), path).toBeVisible();
    await expect(page.getByRole("link", { name: "Import data" }), path).toHaveAttribute("href", `${empty}/data`);
  }
});

test.describe("invalid addresses", () => {
  test.use({ expected: [/status of 40[04]/] });
  for (const [path, status] of [
    ["/nothing-here", 404],
    ["/use-case/nobody", 404],
    [`${HOME}/person/nobody`, 404],
    ["/runs/nothing", 404],
    [`${HOME}?page=99999`, 404],
    [`${HOME}?page=abc`, 400],
    [`${HOME}?page=0`, 400],
    [`${HOME}/runs?page=-1`, 400],
  ] as const) {
    test(`${path} is answered with ${status} and a link home`, async ({ page, open, request }) => {
      expect((await request.get(path, { headers: { accept: "text/html" } })).status()).toBe(status);
      await open(path);
      await expect(page.getByRole("link", { name: "Back to home" })).toBeVisible();
    });
  }
});
