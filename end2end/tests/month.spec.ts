// A month on the pages alone, by three people: an administrator imports the people of the month and runs the cycle, a reviewer decides on what it
// trained, the administrator scores again, an analyst reads what came of it. With its own store and server.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";

const BINARY = "../target/release/tenure";
const PASSWORD = "a long phrase of the tests";
const HOME = "/use-case/attrition";
const CASE = ["--use-case", "attrition"];

let server: ChildProcess;
let store: string;
let files: string;
let url: string;

test.describe.configure({ mode: "serial", timeout: 90_000 });

function tenure(args: string[], input?: string): string {
  const env = { ...process.env, TENURE_DATA_DIR: store };
  return execFileSync(BINARY, args, { env, input, stdio: ["pipe", "pipe", "pipe"] }).toString();
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address() as { port: number };
      listener.close(() => resolve(port));
    });
  });
}

// The months before: a version is live, and its people were scored.
test.beforeAll(async () => {
  test.setTimeout(240_000);
  store = mkdtempSync(join(tmpdir(), "tenure-month-"));
  files = mkdtempSync(join(tmpdir(), "tenure-months-"));
  tenure(["simulate", ...CASE, "--people", "700", "--months", "3", "--seed", "5", "--drift", "segment_shift@1", "--out", files]);
  for (const role of ["admin", "reviewer", "analyst"]) tenure(["user", "add", role, "--role", role, "--password-stdin"], PASSWORD);
  const training = join(files, "training.csv");
  tenure(["data", "import", training, ...CASE, "--for", "training", "--as-of", "2024-12-01"]);
  tenure(["train", ...CASE, "--trials", "2", "--candidates", "logistic_regression_l2"]);
  tenure(["model", "request", "1", ...CASE]);
  execFileSync(BINARY, ["model", "approve", "1", ...CASE, "--as", "reviewer", "--reason", "the first"], {
    env: { ...process.env, TENURE_DATA_DIR: store, TENURE_PASSWORD: PASSWORD },
  });
  tenure(["data", "import", join(files, "people-2025-01-01.csv"), ...CASE, "--for", "scoring", "--as-of", "2025-01-01"]);
  tenure(["batch", ...CASE]);
  // What can be learned from when the month has changed.
  const labeled = join(files, "later");
  tenure(["simulate", ...CASE, "--people", "700", "--months", "1", "--seed", "6", "--out", labeled]);
  tenure(["data", "import", join(labeled, "training.csv"), ...CASE, "--for", "training", "--as-of", "2025-01-20"]);
  url = `http://127.0.0.1:${await freePort()}`;
  server = spawn(BINARY, ["serve", "--addr", new URL(url).host, "--data-dir", store], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on("data", (text) => {
      said += text;
      if (said.includes("Tenure is running at")) resolve();
    });
    server.on("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
});

test.afterAll(() => {
  server?.kill("SIGTERM");
  for (const folder of [store, files]) if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A page of its own, signed in. */
async function signedIn(browser: Browser, name: string, javaScriptEnabled: boolean | undefined): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.locator("main").getByRole("button").click();
  await page.waitForURL((address) => !address.pathname.startsWith("/sign-in"));
  return page;
}

/** Looks at the page of a cycle until it is over. */
async function over(page: Page) {
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main")).toContainText("Finished", { timeout: 500 });
  }).toPass({ timeout: 60_000 });
}

test("the administrator imports the people of the month and runs the cycle", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "admin", javaScriptEnabled);
  await page.goto(`${HOME}/data`);
  await page.getByLabel("Files", { exact: true }).setInputFiles(join(files, "people-2025-02-01.csv"));
  await page.getByLabel("Snapshot date", { exact: true }).fill("2025-02-01");
  await page.getByLabel("Scoring current employees").check();
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.locator("main")).toContainText("people-2025-02-01.csv");
  await page.goto(`${HOME}/cycles`);
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page).toHaveURL(/\/cycles\/[^/]+$/);
  await over(page);
  await expect(page.getByRole("row", { name: /^Recommendation/ })).toContainText("Retrain");
  await expect(page.getByRole("row", { name: /^Request review/ })).toContainText("A review of version 2 was requested.");
  await page.context().close();
});

test("the reviewer approves what the cycle trained", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  await page.goto(`${HOME}/review`);
  await page.getByRole("link", { name: "Version 2" }).first().click();
  await page.getByRole("button", { name: "Approve…" }).click();
  await page.getByLabel("Reason (recorded)").fill("The people have changed.");
  await page.getByLabel("Confirm with your password").fill(PASSWORD);
  await page.locator(".confirm").getByRole("button", { name: "Approve" }).click();
  await expect(page.locator("main [role=status]")).toContainText("Version 2 is approved and live.");
  await page.context().close();
});

test("the administrator has everybody scored by the new version", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "admin", javaScriptEnabled);
  await page.goto(HOME);
  await page.getByRole("button", { name: "Re-score now" }).click();
  await expect(page).toHaveURL(/\/cycles\/[^/]+$/);
  await over(page);
  await page.context().close();
});

test("the analyst sees the new scores and the history of the month", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "analyst", javaScriptEnabled);
  await page.goto(HOME);
  const status = page.getByRole("complementary", { name: "Model and data status" });
  await expect(status).toContainText("Version 2");
  await expect(status).toContainText("1 Feb 2025");
  await expect(page.locator("#people tbody tr").first()).toBeVisible();
  await page.goto(`${HOME}/drift`);
  await expect(page.locator("main")).toContainText("Retrain:");
  await page.goto(`${HOME}/cycles`);
  await expect(page.locator("main tbody tr").first()).toContainText("Finished");
  await page.context().close();
});
