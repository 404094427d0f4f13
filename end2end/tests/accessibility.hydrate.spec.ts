import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { everyPage, expect, HOME, test } from "./support";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme, expected: [/status of 40[04]/] });
    test("axe finds nothing on any page, with data, empty and failing", async ({ page, open }) => {
      test.setTimeout(120_000);
      const paths = [...(await everyPage(page)), `${HOME}?search=nobody-has-this`, `${HOME}/person/nobody`, "/nothing-here"];
      for (const path of paths) {
        await open(path);
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
          const result = await (window as any).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
          return result.violations.map((v: any) => `${v.id}: ${v.help}: ${v.nodes.map((n: any) => n.target.join(" ")).slice(0, 5).join(" | ")}`);
        });
        expect(violations, path).toEqual([]);
      }
    });
  });
}
