import { axeFinds, expect, HOME, overflow, test } from "./support";

const ALERTS = `${HOME}/alerts`;

test("alerts are reached from the navigation and filtered by the address", async ({ page, open, javaScriptEnabled }) => {
  await open(`${HOME}/cycles`);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /^Alerts/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Alerts");
  await expect(page.getByRole("heading", { name: "Channels" })).toBeVisible();
  await page.getByLabel("State").selectOption("all");
  await page.getByLabel("Kind").selectOption("drift");
  await page.getByRole("button", { name: "Apply filters" }).click();
  await expect(page).toHaveURL(/state=all&kind=drift/);
  await expect(page.getByLabel("State")).toHaveValue("all");
  if (javaScriptEnabled !== false) expect(await axeFinds(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 800 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test.describe("without access to channels", () => {
  test.use({ role: "analyst" });

  test("an analyst sees alerts and no channels", async ({ page, open }) => {
    await open(ALERTS);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Alerts");
    await expect(page.getByRole("heading", { name: "Channels" })).toHaveCount(0);
  });
});

test.describe("of the demo's drift", () => {
  test.describe.configure({ mode: "serial" });

  test("an alert is acknowledged, assigned and snoozed; what is wrong stands at its field", async ({ page, open, javaScriptEnabled }) => {
    // Each project has an alert of its own.
    await open(`${ALERTS}?state=all&kind=${javaScriptEnabled === false ? "performance" : "drift"}`);
    await page.locator("main table a").first().click();
    await expect(page.getByRole("heading", { name: "Messages" })).toBeVisible();
    if (javaScriptEnabled !== false) expect(await axeFinds(page)).toEqual([]);
    await page.getByLabel("Note (optional)").fill("Payroll is looking into it");
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await expect(page.getByRole("status").first()).toContainText("acknowledged");
    await page.getByText("Assign", { exact: true }).click();
    await page.getByLabel("Owner").fill("mallory");
    await page.getByRole("button", { name: "Assign alert" }).click();
    await expect(page.getByRole("alert")).toContainText("No user of this name");
    await page.getByText("Snooze", { exact: true }).click();
    await page.getByLabel("Reason").fill("New feed on Monday");
    await page.getByRole("button", { name: "Snooze alert" }).click();
    await expect(page.getByText(/snoozed until/i).first()).toBeVisible();
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});
