// Files on the pages: a use case from CSV and Excel, a preview, a join, outcomes, withdrawals.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, overflow, test } from "./support";

// Each project and run has use cases of its own: the store is shared.
const name = (kind: string, project: string) => `${kind}-${project.replace(/[^a-z]/g, "")}-${Date.now()}`;

/** Whoever works long hours leaves more often. */
function staff(rows: number, separator = ","): string {
  const row = (row: number) => {
    const left = (row * 7919) % 100 < [40, 10][row % 2];
    return [`E${String(row).padStart(4, "0")}`, [210, 150][row % 2] + ((row * 13) % 25), ["wood", "iron", "gold"][row % 3], left ? "Yes" : "No"].join(separator);
  };
  return [["staff_id", "hours", "grade", "Attrition"].join(separator), ...Array.from({ length: rows }, (_, at) => row(at)), ""].join("\n");
}

const csv = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

// The use case in progress is held for a person, and the specs are one: one test after the other.
test.describe.configure({ mode: "serial" });

test("a CSV file becomes a use case, data is looked at before it is imported, and is withdrawn", async ({ page, open }, info) => {
  const id = name("shop", info.project.name);
  await open("/use-cases/new");
  await page.getByLabel("Files", { exact: true }).setInputFiles(csv("staff.csv", staff(400)));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Outcome column").selectOption("Attrition");
  await page.getByLabel("Title").fill("Shop staff");
  await page.getByLabel("Short name (ID)").fill(id);
  // A number that cannot be read takes no other choice with it.
  await page.getByLabel("Within how many days?").fill("a year");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("“a year” is not a number of days");
  await expect(page.getByLabel("Within how many days?")).toHaveValue("a year");
  await expect(page.getByLabel("Title")).toHaveValue("Shop staff");
  await page.getByLabel("Within how many days?").fill("365");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByText("Trial import: the files can be imported.")).toBeVisible();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: "Save only" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Definition of Shop staff");

  // The definition is changed on a page.
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  const text = page.getByLabel("Text (TOML)");
  const before = await text.inputValue();
  await text.fill(before.replace(/^horizon_days = 365$/m, "horizon_days = soon"));
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText(/line \d+/);
  await page.getByLabel("Text (TOML)").fill(before.replace(/^horizon_days = 365$/m, "horizon_days = 180"));
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await expect(page.getByLabel("Changes")).toContainText("horizon_days = 180");
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await expect(page.getByRole("status")).toContainText("Version 2 is saved");
  await page.getByRole("link", { name: "Since version 1" }).click();
  await expect(page.getByLabel("Changes")).toContainText("horizon_days = 180");

  await open(`/use-case/${id}/data`);
  await page.getByLabel("Files", { exact: true }).setInputFiles(csv("people.csv", staff(400, ";")));
  await page.getByLabel("Both").check();
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Import preview");
  await expect(page.locator("main")).toContainText("semicolons");
  await expect(page.getByRole("region", { name: "Columns" })).toContainText("hours");
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("people.csv");

  await page.getByLabel("Reason").fill("a trial");
  await page.getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByRole("status")).toContainText("The dataset is withdrawn.");
});

test("a workbook becomes a use case", async ({ page, open }, info) => {
  const id = name("book", info.project.name);
  // The same people as in `staff`.
  const buffer = readFileSync(join(import.meta.dirname, "staff.xlsx"));
  await open("/use-cases/new");
  await page.getByLabel("Files", { exact: true }).setInputFiles({
    name: "staff.xlsx",
    mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    buffer,
  });
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Outcome column").selectOption("Attrition");
  await page.getByLabel("Short name (ID)").fill(id);
  await page.getByLabel("Within how many days?").fill("365");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  // Its columns, with what is proposed for each.
  await expect(page.getByText("Trial import: the files can be imported.")).toBeVisible();
  for (const column of ["staff_id", "hours", "grade"]) {
    await expect(page.locator(".draft-columns")).toContainText(column);
  }
  await page.getByRole("button", { name: "Save and import" }).click();
  await expect(page).toHaveURL(new RegExp(`/use-case/${id}/train`));
  await open(`/use-case/${id}/data`);
  const listed = page.getByRole("row").filter({ hasText: "staff.xlsx" });
  await expect(listed).toContainText("400");
});

test("files about the same people are joined, and outcomes are imported and withdrawn", async ({ page, open }, info) => {
  const id = name("join", info.project.name);
  const lines = staff(400).trim().split("\n").map((line) => line.split(","));
  const part = (columns: number[]) => lines.map((line) => columns.map((column) => line[column]).join(",")).join("\n") + "\n";
  await open("/use-cases/new");
  await page.getByLabel("Files", { exact: true }).setInputFiles([csv("master.csv", part([0, 1, 3])), csv("survey.csv", part([0, 2]))]);
  await page.getByLabel("Several files").selectOption("join");
  await page.getByLabel("ID column to join by").fill("staff_id");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("master.csv and survey.csv, joined")).toBeVisible();
  await page.getByLabel("Outcome column").selectOption("Attrition");
  await page.getByLabel("Short name (ID)").fill(id);
  await page.getByLabel("Within how many days?").fill("365");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByRole("button", { name: "Save and import" }).click();
  await expect(page).toHaveURL(new RegExp(`/use-case/${id}/train`));

  await open(`/use-case/${id}/outcomes`);
  await page.getByLabel("File", { exact: true }).setInputFiles(csv("leavers.csv", "staff_id,date\nE0001,2026-01-15\nE0003,2026-01-20\n"));
  await page.getByLabel(/^Every row is one of the/).check();
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("status")).toContainText("leavers.csv imported: 2 rows");
  const files = page.getByRole("region", { name: "Outcome files" });
  await files.getByText("Withdraw", { exact: true }).first().click();
  await files.getByLabel("Reason").fill("a trial");
  await files.getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByRole("status")).toContainText("leavers.csv is withdrawn.");
  await expect(files).toContainText("Withdrawn");

  await open(`/use-case/${id}/features`);
  await expect(page.getByRole("region", { name: "Features" })).toContainText("grade");
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});
