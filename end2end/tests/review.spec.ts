// Model governance in the browser, with its own store and server because the live version changes.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { axeFinds, firstPerson, overflow } from "./support";

const BINARY = "../target/release/tenure";
const PASSWORD = "a long phrase of the tests";
/** Custom policies: a gate that blocks until the card is complete or the gate is waived, and a purpose of access. */
const GATES = `name = "house"
description = "Known limitations are written down before a version goes live."
inconclusive_blocks = false
waivers = true
[[gates]]
kind = "absolute"
metric = "roc_auc"
limit = 0.6
[[gates]]
kind = "documentation"
parts = ["purpose", "limitations"]
`;
const ACCESS = `use_case = "attrition"
[[purpose]]
key = "talk"
text = "Prepare a conversation"
[[purpose]]
key = "check"
text = "Check the data"
`;
const HOME = "/use-case/attrition";

let server: ChildProcess;
let store: string;
let cases: string;
let url: string;
/** Name → password. */
const accounts: Record<string, string> = {};

test.describe.configure({ mode: "serial", timeout: 90_000 });

function tenure(args: string[], input?: string, as?: string): string {
  const env = { ...process.env, TENURE_DATA_DIR: store, TENURE_USE_CASES: cases, TENURE_PASSWORD: as ? accounts[as] : "" };
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
  cases = mkdtempSync(join(tmpdir(), "tenure-cases-"));
  for (const folder of ["gates", "access"]) mkdirSync(join(cases, folder));
  const attrition = readFileSync("../crates/data/use_cases/attrition.toml", "utf8");
  writeFileSync(join(cases, "attrition.toml"), attrition.replace('gates = "sensible"', 'gates = "house"'));
  writeFileSync(join(cases, "gates/house.toml"), GATES);
  writeFileSync(join(cases, "access/attrition.toml"), ACCESS);
  url = `http://127.0.0.1:${await freePort()}`;
  server = spawn(BINARY, ["demo", "--months", "3", "--addr", new URL(url).host, "--data-dir", store, "--use-cases", cases], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on("data", (text) => {
      said += text;
      if (said.includes("Tenure is running at")) resolve();
    });
    server.on("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
  for (const [, name, password] of said.matchAll(/^\s+(\w+)\s+(\S+)$/gm)) accounts[name] = password;
  for (const [name, roles] of [["kim", "reviewer,admin"], ["sam", "reviewer"]]) {
    accounts[name] = PASSWORD;
    tenure(["user", "add", name, "--role", roles, "--password-stdin"], PASSWORD);
  }
  // Versions trained by a user who is also a reviewer.
  for (const seed of ["1", "2", "3", "4"]) {
    const train = ["train", "--use-case", "attrition", "--trials", "2", "--candidates", "logistic_regression_l2", "--seed", seed];
    tenure(train, undefined, "kim");
  }
});

test.afterAll(() => {
  server?.kill("SIGTERM");
  for (const folder of [store, cases]) if (folder) rmSync(folder, { recursive: true, force: true });
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
  await page.getByLabel("Reason (recorded)").fill(reason);
  await page.getByLabel("Confirm with your password").fill(accounts[name]);
  await page.locator(".confirm").getByRole("button", { name: button }).click();
}

test("the author asks for a review and cannot decide on it", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "kim", javaScriptEnabled);
  await page.goto(review(2));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Review of version 2");
  await page.getByLabel("Note to reviewers (optional)").fill("simpler than before");
  await page.getByRole("button", { name: "Request review" }).click();
  await expect(page.locator("main [role=status]")).toContainText("Review requested for version 2.");
  await expect(page.getByText("You trained version 2. Someone else must decide on it.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve…" })).toHaveCount(0);
  // Bypassing the page is refused, too.
  await page.goto(`${review(2)}?doing=approve`);
  await expect(page.locator(".confirm")).toHaveCount(0);
  expect(() => tenure(["model", "approve", "2", "--use-case", "attrition", "--reason", "mine"], undefined, "kim")).toThrow(/You trained version 2/);
  await page.context().close();
});

test("a gate that blocks is waived by who answers for it", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  await page.goto(review(2));
  const gate = page.getByRole("region", { name: "Gates" }).getByRole("row", { name: "Complete model card" });
  await expect(gate).toContainText("Blocking");
  await expect(gate).toContainText("Missing from the model card: known limitations.");
  // The panel says so before it asks for reason and password, and the server refuses it, too.
  await page.goto(`${review(2)}?doing=approve`);
  await expect(page.getByRole("heading", { name: "Version 2 cannot be approved yet" })).toBeVisible();
  await expect(page.locator(".confirm li")).toContainText("Complete model card");
  await expect(page.locator(".confirm").getByRole("button")).toHaveCount(0);
  const approve = ["model", "approve", "2", "--use-case", "attrition", "--reason", "Let it through."];
  expect(() => tenure(approve, undefined, "reviewer")).toThrow(/gates of the policy house did not pass: Complete model card/);

  await page.goto(review(2));
  await gate.getByRole("link", { name: "Waive…" }).click();
  const panel = page.locator(".confirm");
  await expect(panel).toContainText("“Complete model card” will not block approval while the waiver is valid.");
  await panel.getByLabel("Reason (recorded)").fill("Limits are collected by the end of the month.");
  await panel.getByLabel("Valid until").fill("2099-01-31");
  await panel.getByRole("button", { name: "Waive gate" }).click();
  await expect(page.locator(".error-summary")).toBeFocused();
  await expect(page.locator(".error-summary").getByRole("link")).toHaveAttribute("href", "#owner");
  // The submitted text is kept, and is neither in the URL nor in the reason of the decision.
  await expect(panel.getByLabel("Reason (recorded)")).toHaveValue("Limits are collected by the end of the month.");
  await expect(panel.getByLabel("Valid until")).toHaveValue("2099-01-31");
  expect(page.url()).not.toContain("collected");
  await panel.getByLabel("Owner").fill("HR data office");
  await sign(page, "reviewer", "Limits are collected by the end of the month.", "Waive gate");
  await expect(page.locator("main [role=status]")).toContainText("The gate is waived.");
  await expect(gate).toContainText("Waived until 31 Jan 2099 by reviewer (owner: HR data office)");
  // Waived gates are counted and listed apart.
  await expect(page.locator("#gates > p").first()).toContainText("1 waived");
  await page.goto(`${review(2)}?doing=approve`);
  await expect(page.locator(".confirm")).toContainText("Waived gates: Complete model card (waived until 31 Jan 2099, owner: HR data office).");
  await expect(page.getByLabel("Reason (recorded)")).toHaveValue("");
  await page.context().close();
});

test("a reviewer approves, and dashboard, health and the next score name the new version", async ({ browser, javaScriptEnabled, request }) => {
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  await page.goto(`${HOME}/review`);
  await expect(page).toHaveTitle(/^\(1\) Reviews/);
  await page.getByRole("link", { name: "Version 2" }).first().click();
  await page.getByLabel("The model card is complete and accurate.").check();
  await page.getByRole("button", { name: "Save checklist" }).click();
  // The page opens where the form was, not at its top.
  await expect(page).toHaveURL(/#decide$/);
  await expect(page.locator("#decide [role=status]")).toHaveText("Checklist saved.");
  await page.getByRole("button", { name: "Approve…" }).click();
  const panel = page.locator(".confirm");
  await expect(panel).toContainText("Approve version 2?");
  await expect(panel).toContainText("Version 1 is archived and can be restored with a rollback.");
  await expect(panel).toContainText("19 of 20 checklist items are not checked");

  // Without a reason the error has the focus, and leads to the field.
  await panel.getByLabel("Reason (recorded)").fill(" ");
  await panel.getByRole("button", { name: "Approve" }).click();
  const problem = page.locator(".error-summary");
  await expect(problem).toBeFocused();
  await expect(problem.getByRole("link", { name: "Enter a reason" })).toHaveAttribute("href", "#reason");

  // A wrong password changes nothing, and the submitted text is kept.
  await page.getByLabel("Reason (recorded)").fill("Ranks as well and is simpler.");
  await page.getByLabel("Confirm with your password").fill("wrong");
  await page.locator(".confirm").getByRole("button", { name: "Approve" }).click();
  await expect(page.locator(".error-summary")).toContainText("password is incorrect");
  await expect(page.getByLabel("Reason (recorded)")).toHaveValue("Ranks as well and is simpler.");
  expect(page.url()).not.toContain("simpler");

  await sign(page, "reviewer", "Ranks as well and is simpler.", "Approve");
  await expect(page.locator("main [role=status]")).toContainText("Version 2 is approved and live.");
  await expect(page.locator("#record")).toContainText("Checklist: 1 of 20 items done");
  await expect(page.getByRole("complementary", { name: "Model and data status" })).toContainText("Version 2");

  const health = await (await request.get(`${url}/health`)).json();
  const models = health.models as { use_case: string; version: number }[];
  expect(models.find((model) => model.use_case === "attrition")?.version).toBe(2);
  expect(JSON.parse(tenure(["batch", "--use-case", "attrition", "--json"])).version).toBe(2);
  const analyst = await signedIn(browser, "analyst", javaScriptEnabled);
  await analyst.goto(HOME);
  await expect(analyst.getByRole("complementary", { name: "Model and data status" })).toContainText("Version 2");
  await analyst.context().close();
  await page.context().close();
});

test("a card's known limitations meet the gate, and changing them voids the request", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "kim", javaScriptEnabled);
  await page.goto(`${HOME}/models/3/card`);
  await page.getByLabel("Known limitations").fill("Not for the night shift.");
  await page.getByRole("button", { name: "Save limitations" }).click();
  await expect(page.locator("#known-limitations")).toContainText("Not for the night shift.");
  await page.goto(review(3));
  await page.getByRole("button", { name: "Request review" }).click();
  await expect(page.getByRole("row", { name: "Complete model card" })).toContainText("Pass");
  await page.goto(`${HOME}/models/3`);
  await page.getByText("Edit description, tags and aliases").click();
  await page.getByLabel("Description").fill("With pay grades.");
  await page.getByRole("button", { name: "Save description" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Description saved." })).toBeVisible();
  await page.getByText("Edit description, tags and aliases").click();
  await page.getByLabel("Alias", { exact: true }).fill("autumn");
  await page.getByRole("button", { name: "Save alias" }).click();
  await expect(page.locator("#labels")).toContainText("autumn");
  await page.goto(review(3));
  await expect(page.getByText("The request is void: the description changed.")).toBeVisible();
  await page.context().close();
});

test("of two reviewers the later one is told who decided and when", async ({ browser, javaScriptEnabled }) => {
  tenure(["model", "request", "autumn", "--use-case", "attrition"], undefined, "kim");
  const first = await signedIn(browser, "reviewer", javaScriptEnabled);
  const second = await signedIn(browser, "sam", javaScriptEnabled);
  await first.goto(`${review(3)}?doing=approve`);
  await second.goto(`${review(3)}?doing=reject`);
  await sign(first, "reviewer", "Better for the night shift.", "Approve");
  await expect(first.locator("main [role=status]")).toContainText("Version 3 is approved and live.");
  await sign(second, "sam", "I do not like it.", "Reject");
  await expect(second.locator(".error-summary")).toContainText(/reviewer approved the request on \d+ \w+ \d{4}, \d\d:\d\d UTC/);
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
  await page.getByRole("link", { name: "Restore…" }).click();
  await expect(page.locator(".confirm")).toContainText("Restore version 2?");
  await sign(page, "sam", "Complaints about version 3.", "Restore");
  await expect(page.locator("main [role=status]")).toContainText("Version 2 is live again.");
  expect((await live())?.version).toBe(2);
  await page.getByRole("link", { name: "Undeploy…" }).click();
  await sign(page, "sam", "Wrong data was imported.", "Undeploy");
  await expect(page.locator("main [role=status]")).toContainText("Version 2 is undeployed.");
  const stopped = await live();
  expect(stopped?.version).toBeNull();
  expect(stopped?.why).toContain("undeployed on");
  expect(stopped?.why, "anybody may read this").not.toContain("Wrong data");
  await expect(page.getByRole("complementary", { name: "Model and data status" })).toContainText("out of service since");
  expect(() => tenure(["batch", "--use-case", "attrition"])).toThrow(/was undeployed/);
  await page.goto(`${HOME}/review`);
  await expect(page.getByRole("region", { name: "Live version history" })).toContainText("Undeployment");
  tenure(["model", "rollback", "--use-case", "attrition", "--reason", "The data is mended."], undefined, "sam");
  expect((await live())?.version).toBe(2);
  await page.context().close();
});

test("a reviewer sends one back and rejects another, each with a reason", async ({ browser, javaScriptEnabled }) => {
  for (const version of ["4", "5"]) {
    tenure(["model", "limitations", version, "Not for the night shift.", "--use-case", "attrition"], undefined, "kim");
    tenure(["model", "request", version, "--use-case", "attrition"], undefined, "kim");
  }
  const page = await signedIn(browser, "sam", javaScriptEnabled);
  for (const [version, choose, button, done] of [
    [4, "Request changes…", "Request changes", "Changes requested for version 4."],
    [5, "Reject…", "Reject", "Version 5 is rejected."],
  ] as const) {
    await page.goto(review(version));
    await page.getByRole("button", { name: choose }).click();
    await page.locator(".confirm").getByRole("button", { name: button }).click();
    await expect(page.locator(".error-summary")).toBeFocused();
    await expect(page.locator(".error-summary").getByRole("link", { name: "Enter a reason" })).toHaveAttribute("href", "#reason");
    await sign(page, "sam", `Reason of ${version}.`, button);
    await expect(page.locator("main [role=status]")).toContainText(done);
    await expect(page.locator("#record")).toContainText(`Reason of ${version}.`);
    await expect(page.getByRole("region", { name: "Activity of this version" })).toContainText("model.request");
  }
  // After requested changes a new review can be requested, and the earlier decision stays visible.
  tenure(["model", "request", "4", "--use-case", "attrition"], undefined, "kim");
  await page.goto(review(4));
  await expect(page.locator("#record")).toContainText("Reason of 4.");
  await page.goto(`${HOME}/review?as_of=2001-01-01`);
  await expect(page.getByText("No version had been live by the end of 1 Jan 2001.")).toBeVisible();
  await page.context().close();
});

test("somebody is shown to who says why", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "analyst", javaScriptEnabled);
  await page.goto(HOME);
  const person = await firstPerson(page);
  await page.goto(person);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Reason for access");
  await page.getByLabel("Reason for access").selectOption("talk");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Drivers of this score" })).toBeVisible();
  await page.getByRole("link", { name: "Explore changes" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Explore changes for this employee");
  await page.goto(`${person}?why=check`);
  await expect(page.getByRole("row", { name: "analyst" })).toContainText("Prepare a conversation");
  const refused = await page.request.get(`${HOME}/people.csv`);
  expect(refused.status()).toBe(400);
  expect((await page.request.get(`${HOME}/people.csv?why=check`)).status()).toBe(200);
  await page.context().close();
});

test("texts stay texts in every field of review, card, version and drift", async ({ browser, javaScriptEnabled }) => {
  const nasty = `"><script>window.injected = 1</script><img src=x onerror="window.injected = 1">{{7*7}}'; drop table audit; --=cmd()`;
  const [kim, sam] = [await signedIn(browser, "kim", javaScriptEnabled), await signedIn(browser, "sam", javaScriptEnabled)];
  const post = async (page: Page, path: string, form: Record<string, string>) => {
    const answer = await page.request.post(url + path, { form, headers: { "sec-fetch-site": "same-origin" } });
    expect(answer.status(), path).toBe(200);
  };
  const version = { use_case: "attrition", version: "4" };
  await post(kim, "/fn/write-limitations", { ...version, revision: "0", text: nasty });
  await post(kim, "/fn/describe-version", { ...version, description: nasty });
  await post(kim, "/fn/tag-version", { ...version, name: nasty.slice(0, 60), value: nasty });
  await post(kim, "/fn/alias-version", { ...version, alias: nasty.slice(0, 60) });
  await post(kim, "/fn/review-request", { ...version, note: nasty });
  await post(kim, "/fn/review-comment", { ...version, body: nasty });
  await post(sam, "/fn/review-checklist", { ...version, "items[]": "card", findings: nasty });
  await post(sam, "/fn/review-waive", { ...version, gate: nasty, owner: nasty, expires_on: nasty, reason: nasty, password: accounts.sam });
  await post(sam, "/fn/review-decide", { ...version, doing: nasty, reason: nasty, password: accounts.sam, evidence: nasty });
  await post(sam, "/fn/review-decide", { ...version, doing: "rollback", reason: nasty, password: nasty, evidence: "" });
  await kim.goto(`${HOME}/drift`);
  const check = (await kim.getByRole("link", { name: "View full check" }).getAttribute("href")) ?? "";
  await post(kim, "/fn/drift-acknowledge", { use_case: "attrition", check: check.split("/").pop() ?? "", note: nasty });
  const shown = JSON.parse(tenure(["model", "show", "4", "--use-case", "attrition"])) as Record<string, any>;
  expect(shown.version.description).toBe(nasty);
  expect(shown.comments.at(-1).body).toBe(nasty);

  const coded = encodeURIComponent(nasty);
  const pages = [
    review(4), `${review(4)}?doing=waive&gate=${coded}`, `${review(4)}?doing=${coded}&done=${coded}&problem=${coded}&field=${coded}`,
    `${HOME}/review`, `${HOME}/review?as_of=${coded}`, `${HOME}/models`, `${HOME}/models/4`, `${HOME}/models/4/card`,
    `${HOME}/models/4/card.html`, check, `${check}?feature=${coded}`, `${check}/html`, `${HOME}/drift?from=${coded}`, "/audit", `/audit?subject=${coded}&who=${coded}&action=${coded}`,
  ];
  for (const path of pages) {
    if (path.endsWith(".html") || path.endsWith("/html")) {
      const text = await (await sam.request.get(url + path)).text();
      expect(text.includes("<script>window.injected") || text.includes("<img src=x"), path).toBe(false);
      continue;
    }
    await sam.goto(path);
    expect(await sam.locator("img[src=x], script:text('injected')").count(), path).toBe(0);
    if (javaScriptEnabled !== false) expect(await sam.evaluate(() => (window as any).injected), path).toBeUndefined();
    expect(sam.url()).not.toContain(accounts.sam);
  }
  await sam.goto(`${HOME}/models/4/card`);
  await expect(sam.locator("main")).toContainText(nasty);
  await sam.goto(review(4));
  await expect(sam.locator(".comments li").last()).toContainText(nasty);
  // No cell of the CSV is a formula in a spreadsheet.
  const csv = await (await sam.request.get(`${url}/audit/record.csv?action=model.describe`)).text();
  for (const line of csv.split("\r\n")) expect(line).not.toMatch(/(^|,)"?[=+@]/);
  tenure(["audit", "verify"]);
  for (const page of [kim, sam]) await page.context().close();
});

test("panels and their errors are for everybody, in light and dark", async ({ browser, javaScriptEnabled }) => {
  tenure(["model", "request", "4", "--use-case", "attrition"], undefined, "kim");
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const doing of ["approve", "reject", "request_changes"]) {
      await page.goto(`${review(4)}?doing=${doing}`);
      await page.locator(".confirm").getByRole("button").click();
      await expect(page.locator(".error-summary")).toBeFocused();
      if (javaScriptEnabled !== false) expect(await axeFinds(page), doing).toEqual([]);
    }
  }
  await page.context().close();
});

test("the review fits a narrow window and a few sheets of paper", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "reviewer", javaScriptEnabled);
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(`${review(4)}?doing=reject`);
  if (javaScriptEnabled !== false) expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(review(3));
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await expect(page.locator("#record .decision").first()).toBeVisible();
  for (const hidden of await page.locator(".screen-only, form").all()) await expect(hidden).toBeHidden();
  // The data of charts and the appendices stay folded: a few pages, not one for each table.
  const folded = [page.locator(".chart details"), page.locator("main details table")];
  for (const parts of folded) {
    expect(await parts.count()).toBeGreaterThan(0);
    for (const part of await parts.all()) await expect(part).toBeHidden();
  }
  const pdf = await page.pdf({ format: "A4" });
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  expect(sheets).toBeGreaterThan(0);
  expect(sheets).toBeLessThanOrEqual(12);
  await page.context().close();
});

test("the audit log is filtered, exported, and verified", async ({ browser, javaScriptEnabled }) => {
  const page = await signedIn(browser, "sam", javaScriptEnabled);
  await page.goto("/audit");
  await page.getByRole("link", { name: "Verify hash chain" }).click();
  await expect(page.getByText("Hash chain verified")).toBeVisible();
  await page.locator("#action").selectOption("model.rollback");
  await page.getByRole("button", { name: "Apply filters" }).click();
  // From the page, and from the command line.
  const log = page.getByRole("region", { name: "Audit log" });
  await expect(log.locator("tbody tr")).toHaveCount(2);
  await expect(log.locator("tbody tr").first()).toContainText("Version restored");
  await expect(log.getByRole("link", { name: /^model attrition\// }).first()).toHaveAttribute("href", /\/models\/\d+$/);
  const lines = await (await page.request.get("/audit/record.jsonl")).text();
  expect(lines.trim().split("\n").length).toBeGreaterThan(10);
  tenure(["audit", "verify"]);
  await page.context().close();
});
