// Who may let a version loose, in the browser: a store and a server of its own, since what is live changes.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";

const BINARY = "../target/release/tenure";
const PASSWORD = "a long phrase of the tests";
const HOME = "/use-case/attrition";

let server: ChildProcess;
let store: string;
let url: string;
/** Name → password. */
const accounts: Record<string, string> = {};

test.describe.configure({ mode: "serial", timeout: 60_000 });

function tenure(args: string[], input?: string, as?: string): string {
  const env = { ...process.env, TENURE_DATA_DIR: store, TENURE_PASSWORD: as ? accounts[as] : "" };
  return execFileSync(BINARY, as ? [...args, "--as", as] : args, { env, input, stdio: ["pipe", "pipe", "pipe"] }).toString();
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
  store = mkdtempSync(join(tmpdir(), "tenure-review-"));
  url = `http://127.0.0.1:${await freePort()}`;
  server = spawn(BINARY, ["demo", "--addr", new URL(url).host, "--data-dir", store], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on("data", (text) => {
      said += text;
      if (said.includes("Tenure is at")) resolve();
    });
    server.on("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
  for (const [, name, password] of said.matchAll(/^\s+(\w+)\s+(\S+)$/gm)) accounts[name] = password;
  for (const [name, roles] of [["kim", "reviewer,admin"], ["sam", "reviewer"]]) {
    accounts[name] = PASSWORD;
    tenure(["user", "add", name, "--role", roles, "--password-stdin"], PASSWORD);
  }
  // Two versions by somebody who is a reviewer too.
  for (const seed of ["1", "2"]) {
    const train = ["train", "--use-case", "attrition", "--trials", "2", "--candidates", "logistic_regression_l2", "--seed", seed];
    tenure(train, undefined, "kim");
  }
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

const review = (version: number) => `${HOME}/models/${version}/review`;

/** Gives reason and signature in the open panel. */
async function sign(page: Page, name: string, reason: string, button: string) {
  await page.getByLabel("Reason, for the record").fill(reason);
  await page.getByLabel("Your password, as a signature").fill(accounts[name]);
  await page.locator(".confirm").getByRole("button", { name: button }).click();
}

test("the author asks for a review and cannot decide on it", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "kim", javaScriptEnabled);
  await page.goto(review(2));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Review of version 2");
  await page.getByLabel("What the reviewers should know (optional)").fill("simpler than before");
  await page.getByRole("button", { name: "Ask for a review" }).click();
  await expect(page.locator("main [role=status]")).toContainText("A review of version 2 is asked for");
  await expect(page.getByText("You trained version 2: somebody else must decide on it.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve…" })).toHaveCount(0);
  // By hand past the page it is refused, too.
  await page.goto(`${review(2)}?doing=approve`);
  await expect(page.locator(".confirm")).toHaveCount(0);
  expect(() => tenure(["model", "approve", "2", "--use-case", "attrition", "--reason", "mine"], undefined, "kim")).toThrow(/you trained version 2/);
  await page.context().close();
});

test("a reviewer approves, and dashboard, health and the next score name the new version", async ({ browser, javaScriptEnabled, request }) => {
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  await page.goto(`${HOME}/review`);
  await expect(page).toHaveTitle(/^\(1\) Reviews/);
  await page.getByRole("link", { name: "Version 2" }).first().click();
  await page.getByLabel("The model card is complete and true.").check();
  await page.getByRole("button", { name: "Approve…" }).click();
  const panel = page.locator(".confirm");
  await expect(panel).toContainText("Approve version 2?");
  await expect(panel).toContainText("Version 1 is archived, and can be put back by a rollback.");
  await expect(panel).toContainText("14 of 15 items of your checklist are not ticked");

  // Without a reason the error has the focus, and leads to the field.
  await panel.getByRole("button", { name: "Approve" }).click();
  const problem = page.locator(".error-summary");
  await expect(problem).toBeFocused();
  await expect(problem.getByRole("link", { name: "Give a reason" })).toHaveAttribute("href", "#reason");

  // With a wrong password nothing happens, and what was written is still there.
  await page.getByLabel("Reason, for the record").fill("Ranks as well and is simpler.");
  await page.getByLabel("Your password, as a signature").fill("wrong");
  await page.locator(".confirm").getByRole("button", { name: "Approve" }).click();
  await expect(page.locator(".error-summary")).toContainText("password is wrong");
  await expect(page.getByLabel("Reason, for the record")).toHaveValue("Ranks as well and is simpler.");
  expect(page.url()).not.toContain("simpler");

  await sign(page, "reviewer", "Ranks as well and is simpler.", "Approve");
  await expect(page.locator("main [role=status]")).toContainText("Version 2 is approved and live.");
  await expect(page.locator("#record")).toContainText("Checklist: 1 of 15 items done");
  await expect(page.getByRole("complementary", { name: "What is shown" })).toContainText("Version 2");

  const health = await (await request.get(`${url}/health`)).json();
  const models = health.models as { use_case: string; version: number }[];
  expect(models.find((model) => model.use_case === "attrition")?.version).toBe(2);
  expect(JSON.parse(tenure(["batch", "--use-case", "attrition", "--json"])).version).toBe(2);
  const analyst = await signedIn(browser, "analyst", javaScriptEnabled);
  await analyst.goto(HOME);
  await expect(analyst.getByRole("complementary", { name: "What is shown" })).toContainText("Version 2");
  await analyst.context().close();
  await page.context().close();
});

test("of two reviewers the later one is told who decided and when", async ({ browser, javaScriptEnabled }) => {
  tenure(["model", "request", "3", "--use-case", "attrition"], undefined, "kim");
  const first = await signedIn(browser, "reviewer", javaScriptEnabled);
  const second = await signedIn(browser, "sam", javaScriptEnabled);
  await first.goto(`${review(3)}?doing=approve`);
  await second.goto(`${review(3)}?doing=reject`);
  await sign(first, "reviewer", "Better for the night shift.", "Approve");
  await expect(first.locator("main [role=status]")).toContainText("Version 3 is approved and live.");
  await sign(second, "sam", "I do not like it.", "Reject");
  await expect(second.locator(".error-summary")).toContainText(/reviewer approved it on \d+ \w+ \d{4}, \d\d:\d\d UTC/);
  await first.context().close();
  await second.context().close();
});

test("rollback and the stop switch", async ({ browser, javaScriptEnabled, request }) => {
  const page = await signedIn(browser, "sam", javaScriptEnabled);
  const live = async () => {
    const health = await (await request.get(`${url}/health`)).json();
    return (health.models as { use_case: string; version: number | null; why?: string }[]).find((model) => model.use_case === "attrition");
  };
  await page.goto(review(2));
  await page.getByRole("link", { name: "Put it back into service…" }).click();
  await expect(page.locator(".confirm")).toContainText("Put version 2 back into service?");
  await sign(page, "sam", "Complaints about version 3.", "Put it back");
  await expect(page.locator("main [role=status]")).toContainText("Version 2 is live again.");
  expect((await live())?.version).toBe(2);
  await page.getByRole("link", { name: "Take it out of service…" }).click();
  await sign(page, "sam", "Wrong data was imported.", "Take it out of service");
  await expect(page.locator("main [role=status]")).toContainText("Version 2 is out of service.");
  const stopped = await live();
  expect(stopped?.version).toBeNull();
  expect(stopped?.why).toContain("Wrong data was imported.");
  expect(() => tenure(["batch", "--use-case", "attrition"])).toThrow(/taken out of service/);
  await page.goto(`${HOME}/review`);
  await expect(page.getByRole("region", { name: "What was live" })).toContainText("Taken out of service");
  await page.context().close();
});

test("the record is filtered, exported, and whole", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "sam", javaScriptEnabled);
  await page.goto("/audit");
  await expect(page.getByText("The chain is whole")).toBeVisible();
  await page.locator("#action").selectOption("model.rollback");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByRole("region", { name: "The record" }).locator("tbody tr")).toHaveCount(1);
  const lines = await (await page.request.get("/audit/record.jsonl")).text();
  expect(lines.trim().split("\n").length).toBeGreaterThan(10);
  tenure(["audit", "verify"]);
  await page.context().close();
});
