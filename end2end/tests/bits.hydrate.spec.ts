// The same model in the browser and on the server: every number about 1000 random people, to the last bit, for every kind of candidate.
// The files are made by `scripts/end2end.sh` in target/scorer.
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { expect, test } from "./support";

const FOLDER = join(import.meta.dirname, "../../target/scorer");
const TYPES: Record<string, string> = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** Every kind that training knows, as `bits` lists them. */
const LIST = join(FOLDER, "kinds.txt");
const KINDS = existsSync(LIST) ? readFileSync(LIST, "utf8").split("\n") : [];

test("every kind of candidate is compared", () => {
  expect(KINDS).toContain("blend");
  expect(KINDS.length).toBeGreaterThan(1);
});

for (const kind of KINDS) {
  test(`${kind}: the browser gives the server's bits`, async ({ page }) => {
    expect(existsSync(join(FOLDER, `${kind}.bits`))).toBe(true);
    await page.route("**/scorer/*", (route) => {
      const name = new URL(route.request().url()).pathname.split("/").pop() ?? "";
      // A page of the test's own: those of the server run no script but their own.
      if (name === "page.html") return route.fulfill({ body: "<!doctype html><title>bits</title>", contentType: "text/html" });
      const body = readFileSync(join(FOLDER, name));
      return route.fulfill({ body, contentType: TYPES[extname(name)] ?? "application/octet-stream" });
    });
    await page.goto("/scorer/page.html");
    const found = await page.evaluate(async (kind) => {
      const path = "/scorer/tenure.js";
      const { default: init, Scorer } = await import(path);
      await init({ module_or_path: "/scorer/tenure_bg.wasm" });
      const get = async (name: string) => (await fetch(`/scorer/${name}`)).arrayBuffer();
      const people = new TextDecoder().decode(await get("people.txt")).split("\n\n");
      const expected = new BigUint64Array(await get(`${kind}.bits`));
      const scorer = new Scorer(new Uint8Array(await get(`${kind}.tenure`)));
      const times: number[] = [];
      let [position, wrong] = [0, 0];
      const probabilities = new Set<number>();
      for (const person of people) {
        const began = performance.now();
        const numbers: Float64Array = scorer.explain(person);
        times.push(performance.now() - began);
        probabilities.add(numbers[0]);
        const bits = new BigUint64Array(numbers.slice().buffer);
        if (bits.some((bit, index) => bit !== expected[position + index])) wrong++;
        position += bits.length;
      }
      times.sort((a, b) => a - b);
      const at = (share: number) => times[Math.floor(share * (times.length - 1))];
      return { people: people.length, wrong, all: position === expected.length, different: probabilities.size, median: at(0.5), late: at(0.95) };
    }, kind);
    console.log(`${kind}: score and reasons in the browser: median ${found.median.toFixed(2)} ms, 95 % ${found.late.toFixed(2)} ms`);
    expect(found).toMatchObject({ people: 1000, wrong: 0, all: true });
    // The people differ: a model that says the same about everybody would prove nothing.
    expect(found.different).toBeGreaterThan(10);
  });
}
