// npm run pack: the packages that a server's author installs, as tarballs, while they are not on npm.
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const destination = join(root, "dist");
const filters = ["@tachograph/record", "@tachograph/gate", "@tachograph/ledger"].flatMap((name) => ["--filter", name]);

rmSync(destination, { recursive: true, force: true });
execFileSync("pnpm", [...filters, "pack", "--pack-destination", destination], {
  cwd: root,
  stdio: ["ignore", "ignore", "inherit"],
});
const tarballs = readdirSync(destination).map((file) => join(destination, file));
console.log(`In your project:\n\n  npm install ${tarballs.join(" ")}\n`);
