import { expect, HOME, test } from "./support";

test("a theme is selected by a button and stored", async ({ page, open }) => {
  await open(HOME);
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByRole("button", { name: "Dark" })).toHaveAttribute("aria-pressed", "true");
  await expect.poll(async () => (await page.context().cookies()).find((cookie) => cookie.name === "theme")?.value).toBe("dark");
  await open(`${HOME}/runs`);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
