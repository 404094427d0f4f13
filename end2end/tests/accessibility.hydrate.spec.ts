import { axeFinds, everyPage, expect, HOME, test } from "./support";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`${colorScheme} theme`, () => {
    test.use({ colorScheme, expected: [/status of 40[04]/] });
    test("axe finds nothing on any page, with data, empty and failing", async ({ page, open }) => {
      test.setTimeout(240_000);
      const paths = [...(await everyPage(page)), `${HOME}?search=nobody-has-this`, `${HOME}/person/nobody`, "/nothing-here"];
      for (const path of paths) {
        await open(path);
        expect(await axeFinds(page), path).toEqual([]);
      }
    });
  });
}
