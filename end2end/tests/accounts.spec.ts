import { passwordOf } from "./accounts";
import { expect, HOME, overflow, test } from "./support";

const PASSWORD = "another long phrase of the tests";

test.describe("nobody", () => {
  test.use({ role: "nobody", expected: [/status of 40[134]/] });

  test("is asked to sign in, and comes back to the page", async ({ page, open }) => {
    await open(`${HOME}/runs?filter=status%20%3D%20%27finished%27`);
    await expect(page).toHaveURL(/\/sign-in\?return=/);
    await expect(page.getByRole("navigation", { name: "Pages" })).toHaveCount(0);
    await page.getByLabel("Name").fill("admin");
    await page.getByLabel("Password").fill(passwordOf("admin"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(new RegExp(`${HOME}/runs\\?filter=`));
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
    await page.goto(`${HOME}/runs`);
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("with a wrong password hears so, keeps the name, and can go on at once", async ({ page, open }) => {
    await open("/sign-in");
    await page.getByLabel("Name").fill("<b>eve</b>'; --");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("Incorrect name or password");
    await expect(page.getByRole("alert")).toBeFocused();
    await expect(page.getByLabel("Name")).toHaveValue("<b>eve</b>'; --");
    expect(page.url()).not.toContain("eve");
    await page.reload();
    await expect(page.getByRole("alert")).toHaveCount(0);
  });

  test("gets files and programs' answers refused, not a page", async ({ request }) => {
    const answer = await request.get(`${HOME}/people.csv`);
    expect(answer.status()).toBe(401);
    expect(answer.headers()["content-type"]).toContain("application/problem+json");
    expect((await answer.json()).request_id).toBe(answer.headers()["x-request-id"]);
  });

  test("with a used or invented link gets a way on", async ({ page, open }) => {
    await open("/set-up/0000");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Not found");
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});

for (const [role, start, absent] of [
  ["analyst", HOME, "Users"],
  ["reviewer", `${HOME}/`, "Dashboard"],
  ["admin", `${HOME}/runs`, "Dashboard"],
] as const) {
  test.describe(role, () => {
    test.use({ role, expected: [/status of 403/] });
    test(`${role}s start where their work is and see only their own ways`, async ({ page, open }) => {
      await open("/");
      await expect(page).toHaveURL(new RegExp(start));
      await expect(page.getByText(`Signed in as ${role}`)).toBeVisible();
      await expect(page.getByRole("link", { name: absent, exact: true })).toHaveCount(0);
    });
    if (role !== "analyst") {
      test(`${role}s see no people`, async ({ page, open, request }) => {
        await open(HOME);
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Access denied");
        await expect(page.getByText("This requires the analyst role")).toBeVisible();
        expect((await request.get(`${HOME}/people.csv`)).status()).toBe(403);
      });
    }
  });
}

test("an account is added, sets its password, works, and is disabled", async ({ page, open, browser, baseURL }) => {
  const name = `Ann O'Hara ${Date.now()}`;
  await open("/users");
  const add = page.locator("form", { has: page.getByRole("button", { name: "Add user and create link" }) });
  await add.getByLabel("Name").fill(name);
  await add.getByLabel("Reviewer").check();
  await add.getByRole("button").click();
  const link = await page.locator("input.secret").inputValue();
  await page.reload();
  await expect(page.locator("input.secret")).toHaveCount(0);

  const context = await browser.newContext({ baseURL, storageState: undefined, javaScriptEnabled: false });
  const there = await context.newPage();
  await there.goto(new URL(link).pathname);
  await expect(there.getByText(`You will sign in as ${name}.`)).toBeVisible();
  await there.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await there.getByLabel("Confirm password").fill(PASSWORD + "!");
  await there.getByRole("button", { name: "Set password" }).click();
  await expect(there.getByRole("alert")).toContainText("The two passwords do not match.");
  await there.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await there.getByLabel("Confirm password").fill(PASSWORD);
  await there.getByRole("button", { name: "Set password" }).click();
  await expect(there.getByRole("status")).toContainText("Your password is set");
  await expect(there.getByLabel("Name")).toHaveValue(name);
  await there.getByLabel("Password").fill(PASSWORD);
  await there.getByRole("button", { name: "Sign in" }).click();
  await expect(there.getByText(`Signed in as ${name}`)).toBeVisible();
  expect((await there.goto(new URL(link).pathname))?.status()).toBe(404);

  await page.reload();
  const row = page.getByRole("row", { name });
  await row.getByText("Edit").click();
  await row.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByRole("status")).toContainText("is disabled");
  await there.goto("/account");
  await expect(there).toHaveURL(/\/sign-in/);
  await context.close();
});

test("a token is shown once, works for its scope, and is revoked", async ({ page, open, playwright, baseURL, context, javaScriptEnabled }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const label = `<b>report</b> ${Date.now()}`;
  await open("/account");
  await page.getByLabel("Token name").fill(label);
  await page.getByLabel("People: employees").check();
  await page.getByLabel("Confirm your password").fill("a long phrase of the tests");
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await page.locator("input.secret").inputValue();
  expect(token).toMatch(/^tenure_[0-9a-f]{64}$/);
  if (javaScriptEnabled !== false) {
    await page.getByRole("button", { name: "Copy" }).click();
    await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  }
  const program = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { authorization: `Bearer ${token}` }, storageState: undefined });
  expect((await program.get(`${HOME}/people.csv`)).status()).toBe(200);
  expect((await program.get("/users")).status()).toBe(403);
  await page.reload();
  await expect(page.locator("input.secret")).toHaveCount(0);
  const row = page.getByRole("row", { name: label });
  await expect(row).toContainText("active");
  await row.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("row", { name: label })).toContainText("revoked");
  expect((await program.get(`${HOME}/people.csv`)).status()).toBe(401);
  await program.dispose();
});
