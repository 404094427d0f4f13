import { expect, HOME, overflow, test } from "./support";

const SOURCES = `${HOME}/sources`;

test("a source is added, tested and removed; what is wrong stands at its field", async ({ page, open }) => {
  await open(`${HOME}/data`);
  await page.getByRole("link", { name: /^Sources/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sources");

  await page.getByLabel("Name", { exact: true }).fill("trial");
  await page.getByLabel("Address").fill("sqlite:///var/lib/hr.db");
  await page.getByLabel("Query", { exact: true }).fill("select 1 as id");
  await page.getByRole("button", { name: "Add source" }).click();
  await expect(page.getByRole("alert")).toContainText("PostgreSQL servers can be added by host name");
  await expect(page.getByLabel("Query", { exact: true })).toHaveValue("select 1 as id");

  await page.getByLabel("Address").fill("postgres://reader@127.0.0.1:1/hr");
  await page.getByRole("button", { name: "Add source" }).click();
  await expect(page.getByRole("status")).toContainText("Source trial added");
  expect(await overflow(page)).toBeLessThanOrEqual(0);

  await page.getByRole("button", { name: "Test trial" }).click();
  await expect(page.getByRole("alert")).toContainText("the database cannot be reached");

  await page.getByText("Remove trial").click();
  await page.getByRole("button", { name: "Remove source" }).click();
  await expect(page.getByRole("status")).toContainText("Source trial removed");
  await open(SOURCES);
  await expect(page.getByText("No sources yet.")).toBeVisible();
});
