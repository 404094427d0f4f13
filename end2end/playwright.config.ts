// Every spec runs twice: hydrated, and with JavaScript off. Tests that need JavaScript are in *.hydrate.spec.ts, measurements in *.speed.spec.ts.
// The server under test is the built binary with a new demo on a free port, or the running server in TENURE_URL.
import { defineConfig, devices } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Each worker reads the configuration again, so values that are chosen once are passed in the environment.
if (!process.env.TENURE_URL) {
  const free = "const s=require('net').createServer();s.listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})";
  const port = execFileSync(process.execPath, ["-e", free]).toString().trim();
  process.env.TENURE_URL = `http://127.0.0.1:${port}`;
  process.env.TENURE_STORE = mkdtempSync(join(tmpdir(), "tenure-end2end-"));
}
process.env.TENURE_SESSIONS ??= mkdtempSync(join(tmpdir(), "tenure-sessions-"));
const url = process.env.TENURE_URL;
const store = process.env.TENURE_STORE;

const chromium = {
  ...devices["Desktop Chrome"],
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  },
};

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: true,
  timeout: 30_000,
  // A retry would hide flaky tests.
  retries: 0,
  workers: 2,
  reporter: [["list"]],
  use: { baseURL: url, trace: "retain-on-failure" },
  projects: [
    { name: "accounts", use: chromium, testMatch: "**/accounts.setup.ts" },
    { name: "hydrated", use: chromium, testIgnore: "**/*.speed.spec.ts", dependencies: ["accounts"] },
    {
      name: "no script",
      use: { ...chromium, javaScriptEnabled: false },
      testIgnore: ["**/*.hydrate.spec.ts", "**/*.speed.spec.ts"],
      dependencies: ["accounts"],
    },
    { name: "speed", use: chromium, testMatch: "**/*.speed.spec.ts", dependencies: ["hydrated", "no script"] },
  ],
  webServer: store
    ? {
        command: `../target/release/tenure demo --addr ${new URL(url).host} --data-dir ${store}`,
        url: `${url}/healthz`,
        timeout: 240_000,
        reuseExistingServer: false,
        stdout: "ignore",
        stderr: "pipe",
        gracefulShutdown: { signal: "SIGTERM", timeout: 5_000 },
      }
    : undefined,
});
