// Shared by all specs: a page that fails the test on any browser error, and the addresses of the app.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test as base, type Page } from "@playwright/test";
import { sessionOf, type Role } from "./accounts";

/** The use case of the demo. */
export const HOME = "/use-case/attrition";

type Fixtures = {
  /** The signed-in role: `test.use({ role: "reviewer" })`. */
  role: Role;
  /** Errors that the test expects, for example of a page that does not exist. */
  expected: RegExp[];
  /** Goes to an address and waits until the page can be used. */
  open: (path: string) => Promise<void>;
};

export const test = base.extend<Fixtures>({
  role: ["everybody", { option: true }],
  storageState: ({ role }, use) => use(role === "nobody" ? { cookies: [], origins: [] } : sessionOf(role)),
  expected: [[], { option: true }],
  open: async ({ page, javaScriptEnabled, expected }, use) => {
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || /hydrat/i.test(message.text())) errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    await use(async (path) => {
      await page.goto(path);
      if (javaScriptEnabled !== false) await page.waitForSelector("html[data-hydrated]", { state: "attached" });
    });
    expect(errors.filter((error) => !expected.some((known) => known.test(error)))).toEqual([]);
  },
});

export { expect };

/** The first person of the dashboard's table. */
export async function firstPerson(page: Page): Promise<string> {
  const href = await page.locator("#people tbody th a").first().getAttribute("href");
  return href ?? "";
}

/** The trainings of the demo, the live version and the one of a cycle: the newest run may be one that another spec is about to stop. */
export const DEMO_RUNS = `${HOME}/runs?filter=parameters.trials+%3D+6`;

/** The first run of the table of runs. */
export async function firstRun(page: Page): Promise<string> {
  const href = await page.locator("main tbody th a").first().getAttribute("href");
  return href ?? "";
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Violations that axe finds on the current page. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const result = await (window as any).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return result.violations.map((v: any) => `${v.id}: ${v.help}: ${v.nodes.map((n: any) => n.target.join(" ")).slice(0, 5).join(" | ")}`);
  });
}

/** By how much the document is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** One page of every kind. Detail pages are found through their lists. */
export async function everyPage(page: Page): Promise<string[]> {
  await page.goto(HOME);
  const person = await firstPerson(page);
  await page.goto(DEMO_RUNS);
  const run = await firstRun(page);
  const parts = [`${run}/figures`, `${run}/errors`, `${run}/made`, `${run}/files/roc.svg`, `${HOME}/train`, `${HOME}/jobs`];
  const ids = [run, run].map((path) => path.split("/").pop()).join(",");
  await page.goto(`${HOME}/drift`);
  const check = (await page.getByRole("link", { name: "View full check" }).getAttribute("href")) ?? "";
  const twice = [check, check].map((path) => `check=${path.split("/").pop()}`).join("&");
  const drift = [`${HOME}/drift`, check, `${check}?feature=MonthlyIncome`, `${HOME}/drift/compare?${twice}`, `${HOME}/drift/compare`];
  const questions = [`${HOME}/drift/simulate?field=MonthlyIncome&how=shift&size=1`, `${HOME}/outcomes`, "/use-case/churn/drift", `${HOME}/cycles`];
  const reviews = [`${HOME}/review`, `${HOME}/models/1/review`, "/audit"];
  return [...drift, ...questions, ...parts, HOME, person, `${HOME}/runs`, run, `/runs/compare?ids=${ids}`, "/runs/compare", "/runs/experiments", `${HOME}/models`, `${HOME}/models/1`, `${HOME}/models/1/fairness`, `${HOME}/models/1/card`, `${HOME}/data`, `${HOME}/what-if`, ...reviews, "/use-cases", "/use-cases/new", "/use-cases/draft", `${HOME}/definition`, `${HOME}/features`, `${HOME}/monitoring-policy`, `${HOME}/predictions`, `${HOME}/predictions/policy`, `${HOME}/fairness`, `${HOME}/timeline`, `${HOME}/alerts`, `${HOME}/data/preview`, "/account", "/users", "/operations", "/help/glossary"];
}

/** Opens the what-if form and waits until the model is loaded. */
export async function readyWhatIf(page: Page, open: (path: string) => Promise<void>, path = `${HOME}/what-if`) {
  await open(path);
  await page.waitForSelector(".what-if[data-ready]", { state: "attached" });
}

/** Waits until the what-if page has settled: the address of the scenario has the values of the form. */
export async function settledWhatIf(page: Page) {
  const link = page.getByRole("link", { name: "Link to this scenario" });
  const controls = page.locator(".scenario [name^='v.']");
  await expect(async () => {
    const shared = new URL((await link.getAttribute("href")) ?? "", page.url()).searchParams;
    const shown = await controls.evaluateAll((all) => all.map((control) => [(control as HTMLInputElement).name, (control as HTMLInputElement).value]));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.map(([name]) => [name, shared.get(name)])).toEqual(shown);
  }).toPass();
}
