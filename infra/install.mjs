// Gets this repository's own Node and pnpm from npm, then its packages. Does nothing when all is there.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { explainInstallFailure } from "./install-failure.mjs";
import { step } from "./step.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_VERSION = "24.21.0";
const PNPM_VERSION = readJson("package.json").packageManager.split("@")[1];
const tools = join(root, ".tools");
const toolsBin = join(tools, "node_modules", ".bin");
const toolsStamp = join(tools, `ready-node-${NODE_VERSION}-pnpm-${PNPM_VERSION}-${process.platform}-${process.arch}`);
const packagesStamp = join(root, "node_modules", ".tachograph-installed");

/** Something the person at the terminal can mend: shown as its sentence and hint, without a stack. */
export class Complaint extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** The paths of a Node and a pnpm that fit, with every package installed. */
export async function installEverything() {
  if (!toolsAreReady() || !packagesAreReady()) {
    const unlock = await lockInstall();
    try {
      if (!toolsAreReady()) await step(`getting Node ${NODE_VERSION} and pnpm ${PNPM_VERSION} (once)`, installTools);
      if (!packagesAreReady()) await step("installing packages", installPackages);
    } finally {
      unlock();
    }
  }
  return { node: join(toolsBin, "node"), pnpm: join(toolsBin, "pnpm") };
}

/** This process's environment with the repository's tools first on the PATH. */
export function toolEnvironment() {
  const path = [toolsBin, join(root, "node_modules", ".bin"), process.env.PATH].filter(Boolean).join(delimiter);
  return { ...process.env, PATH: path };
}

function toolsAreReady() {
  if (existsSync(toolsStamp)) return true;
  const versionOf = (tool) =>
    spawnSync(join(toolsBin, tool), ["--version"], { cwd: "/", encoding: "utf8" }).stdout?.trim();
  if (versionOf("node") !== `v${NODE_VERSION}` || versionOf("pnpm") !== PNPM_VERSION) return false;
  writeFileSync(toolsStamp, "");
  return true;
}

async function installTools() {
  const wanted = [`node@${NODE_VERSION}`, `pnpm@${PNPM_VERSION}`];
  // Under `npm start --silent` this npm would not even say what went wrong.
  const quiet = ["--loglevel=error"];
  // npm's own pauses between tries keep a person without network waiting for minutes.
  const retries = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
  const args = ["install", "--prefix", tools, "--no-save", "--no-audit", "--no-fund", ...quiet, ...retries, ...wanted];
  const npmCli = process.env.npm_execpath;
  const [file, ...first] = npmCli?.endsWith("npm-cli.js") ? [process.execPath, npmCli] : ["npm"];
  await install(file, [...first, ...args], process.env);
  if (!toolsAreReady()) {
    throw new Complaint(
      `npm installed Node ${NODE_VERSION} and pnpm ${PNPM_VERSION} into ${tools}, but they do not run.`,
      "If npm is set to ignore install scripts (npm config get ignore-scripts), switch that off for this folder, then delete .tools and try again.",
    );
  }
}

function packagesAreReady() {
  return existsSync(packagesStamp) && readFileSync(packagesStamp, "utf8") === packagesHash();
}

async function installPackages() {
  // Nobody may be there to be asked whether a node_modules made by another pnpm can be replaced.
  const args = ["install", "--frozen-lockfile", "--config.confirmModulesPurge=false", "--reporter=append-only"];
  await install(join(toolsBin, "pnpm"), args, toolEnvironment());
  writeFileSync(packagesStamp, packagesHash());
}

function packagesHash() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${NODE_VERSION} ${PNPM_VERSION}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function install(file, args, env) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (text) => (output = (output + text).slice(-100_000));
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", (error) => fail(complain(error.message)));
    child.on("close", (code) => (code === 0 ? done() : fail(complain(output))));
  });
}

function complain(output) {
  const { message, hint } = explainInstallFailure({ output, root });
  return new Complaint(message, hint);
}

/** Two commands started in a fresh clone at once must not install over each other. */
async function lockInstall() {
  const path = join(tools, "install.lock");
  const takeOver = () => rmSync(path, { force: true });
  try {
    mkdirSync(tools, { recursive: true });
  } catch (error) {
    throw complain(error.message);
  }
  for (let told = false; ; await sleep(500)) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      process.once("exit", takeOver);
      return takeOver;
    } catch (error) {
      if (error.code !== "EEXIST") throw complain(error.message);
    }
    const holder = Number(existsSync(path) && readFileSync(path, "utf8"));
    if (!isAlive(holder)) takeOver();
    else if (!told) {
      console.log(`waiting for another command (process ${holder}) that installs in this folder`);
      told = true;
    }
  }
}

function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(join(root, file), "utf8"));
}
