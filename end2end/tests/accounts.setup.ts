// Signs in once for each role; the specs start from these sessions.
import { expect, test as setup, type Page } from "@playwright/test";
import { passwordOf, sessionOf, type Role } from "./accounts";

async function signIn(page: Page, name: string, password: string, role: Role) {
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  await page.context().storageState({ path: sessionOf(role) });
}

setup("one session for each role", async ({ page }) => {
  for (const role of ["analyst", "reviewer", "admin"] as const) await signIn(page, role, passwordOf(role), role);
  // The administrator adds a user with every role and shares the set-up link.
  const name = `everybody ${Date.now()}`;
  await page.goto("/users");
  await page.getByLabel("Name").fill(name);
  const roles = page.locator("form", { has: page.getByRole("button", { name: "Add user and create link" }) });
  for (const box of await roles.getByRole("checkbox").all()) await box.check();
  await page.getByRole("button", { name: "Add user and create link" }).click();
  const link = await page.locator("input.secret").inputValue();
  await page.context().clearCookies();
  await page.goto(new URL(link).pathname);
  await page.getByLabel("Password", { exact: true }).fill("a long phrase of the tests");
  await page.getByLabel("Confirm password").fill("a long phrase of the tests");
  await page.getByRole("button", { name: "Set password" }).click();
  await signIn(page, name, "a long phrase of the tests", "everybody");
});
