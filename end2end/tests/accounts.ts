// The accounts of the demo, and where the sessions that the specs use are kept.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** `everybody` holds all roles; the others hold the role that they are called. */
export type Role = "nobody" | "everybody" | "analyst" | "reviewer" | "admin";

/** The cookies of a session that `accounts.setup.ts` began. */
export function sessionOf(role: Role): string {
  return join(process.env.TENURE_SESSIONS ?? "test-results", `${role}.json`);
}

/** The password of an account of the demo. A server that runs already names its file in TENURE_DEMO_ACCOUNTS. */
export function passwordOf(name: string): string {
  const file = process.env.TENURE_DEMO_ACCOUNTS ?? join(process.env.TENURE_STORE ?? "", "demo-accounts.json");
  const accounts: { name: string; password: string }[] = JSON.parse(readFileSync(file, "utf8"));
  return accounts.find((account) => account.name === name)?.password ?? "";
}
