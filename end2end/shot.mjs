import { chromium } from "@playwright/test";
import fs from "fs";
const base = process.env.BASE ?? "http://127.0.0.1:3130";
const accounts = JSON.parse(fs.readFileSync(process.env.ACCOUNTS ?? "/tmp/h/drift/demo/demo-accounts.json"));
const analyst = accounts.find((a) => a.name === "analyst");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const [,, out, path, ...opts] = process.argv;
const all = [[1280, "light"], [390, "light"], [1280, "dark"], [390, "dark"]].filter(([w, s]) => opts.length === 0 || opts.includes(`${w}${s}`));
for (const [width, scheme] of all) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill("input[name=name]", analyst.name);
  await page.fill("input[type=password]", analyst.password);
  await page.click("main form button");
  await page.goto(base + path);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) console.log("OVERFLOW", width, over);
  const html = await page.content();
  console.log(width, scheme, "html kB", Math.round(html.length / 1000));
  await page.screenshot({ path: `/tmp/h/drift/${out}-${width}-${scheme}.png`, fullPage: true });
  await context.close();
}
await browser.close();
