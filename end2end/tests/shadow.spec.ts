// Shadow scoring, its report, the timeline and re-certification, with a store and server of its own because the live version is judged.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { axeFinds, overflow } from "./support";

const BINARY = "../target/release/tenure";
const HOME = "/use-case/attrition";

let server: ChildProcess;
let store: string;
let url: string;
/** Name → password. */
const accounts: Record<string, string> = {};

test.describe.configure({ mode: "serial", timeout: 90_000 });

function tenure(args: string[]): string {
  const env = { ...process.env, TENURE_DATA_DIR: store };
  return execFileSync(BINARY, args, { env, stdio: ["pipe", "pipe", "pipe"] }).toString();
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address() as { port: number };
      listener.close(() => resolve(port));
    });
  });
}

test.beforeAll(async () => {
  test.setTimeout(240_000);
  store = mkdtempSync(join(tmpdir(), "tenure-shadow-"));
  url = `http://127.0.0.1:${await freePort()}`;
  server = spawn(BINARY, ["demo", "--addr", new URL(url).host, "--data-dir", store], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on("data", (text) => {
      said += text;
      if (said.includes("Tenure is running at")) resolve();
    });
    server.on("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
  for (const [, name, password] of said.matchAll(/^\s+(\w+)\s+(\S+)$/gm)) accounts[name] = password;
  tenure(["train", "--use-case", "attrition", "--trials", "2", "--candidates", "logistic_regression_l2"]);
});

test.afterAll(() => {
  server?.kill("SIGTERM");
  if (store) rmSync(store, { recursive: true, force: true });
});

/** A page of its own, signed in. */
async function signedIn(browser: Browser, name: string, javaScriptEnabled: boolean | undefined): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=password]").fill(accounts[name]);
  await page.locator("main").getByRole("button").click();
  await page.waitForURL((address) => !address.pathname.startsWith("/sign-in"));
  return page;
}

test("a reviewer lets a version score in shadow and reads how it disagrees", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  await page.goto(`${HOME}/models/2/review`);
  const section = page.locator("#shadow");
  await expect(section).toContainText("No scores in shadow yet.");
  await section.getByRole("button", { name: "Turn on shadow scoring" }).click();
  // The page opens where the form was.
  await expect(page).toHaveURL(/#shadow$/);
  await expect(section.getByRole("status")).toHaveText("Version 2 scores in shadow from the next batch on.");
  const batch = JSON.parse(tenure(["batch", "--use-case", "attrition", "--json"]));
  expect(batch.version).toBe(1);
  await page.goto(`${HOME}/models/2/review`);
  await expect(section.getByRole("heading", { name: /^Disagreement with version 1 on / })).toBeVisible();
  await expect(section.getByRole("row", { name: "Scored by both" })).toContainText(batch.people.toLocaleString("en-US"));
  await expect(section.getByRole("row", { name: "Rank correlation (Spearman)" })).toContainText(/0\.\d/);
  await expect(section.getByRole("region", { name: "Risk bands of the people in both versions" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Feature importance in both versions" })).toContainText("rank 1");
  const report = JSON.parse(tenure(["model", "shadow", "2", "--use-case", "attrition", "--json"]));
  expect(report.on).toBe(true);
  expect(report.batches[0].disagreement.n).toBe(batch.people);
  expect(JSON.stringify(report)).not.toContain("person");
  if (javaScriptEnabled !== false) expect(await axeFinds(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await overflow(page)).toBe(0);
  await section.getByRole("button", { name: "Turn off shadow scoring" }).click();
  await expect(section.getByRole("status")).toHaveText("Version 2 no longer scores in shadow.");
  await page.context().close();
});

test("the timeline is filtered by version, and a reviewer re-certifies the live one", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  await page.goto(`${HOME}/models`);
  await page.getByRole("link", { name: "Timeline" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Timeline");
  const list = page.getByRole("region", { name: "Timeline" });
  await expect(list.getByRole("row").nth(1)).toContainText("Next review");
  await page.getByLabel("Version", { exact: true }).selectOption("2");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(list).toContainText("Shadow scoring on");
  await expect(list).not.toContainText("First scoring");
  if (javaScriptEnabled !== false) expect(await axeFinds(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await overflow(page)).toBe(0);
  await page.goto(`${HOME}/models/1/review?doing=recertify`);
  await page.getByLabel("Reason (recorded)").fill("Outcomes as expected.");
  await page.getByLabel("Confirm with your password").fill(accounts.reviewer);
  await page.locator(".confirm").getByRole("button", { name: "Re-certify" }).click();
  await expect(page.locator("main [role=status]").first()).toContainText("Version 1 is re-certified.");
  await page.goto(`${HOME}/timeline?version=1`);
  await expect(list).toContainText("Version re-certified");
  await page.context().close();
});
