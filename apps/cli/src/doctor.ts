import { journalDirectory } from "@tachograph/gate/journal";
import { openLedger } from "@tachograph/ledger";
import { CliError } from "./cli-error.ts";
import { isHealthy } from "./dashboard.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { findLockHolder } from "./data-lock.ts";
import { databaseError } from "./database.ts";
import { measureJournals } from "./journals.ts";
import { readSettings, type Settings } from "./settings.ts";

/** How one part is, and what to do about it where it is not well. */
export interface Finding {
  well: boolean;
  text: string;
  advice?: string;
}

type Check = (settings: Settings) => Finding | Promise<Finding>;

const checks: Record<string, Check> = {
  Node: () => checkNode(process.versions.node),
  Data: checkData,
  Database: checkDatabase,
  Journal: checkJournal,
  Dashboard: checkDashboard,
};

/** Looks at each part and says how it is; exit code 1 where one is not well. */
export async function doctor(): Promise<void> {
  const settings = readSettings();
  for (const [name, check] of Object.entries(checks)) {
    const { well, text, advice } = await check(settings);
    console.log(`${well ? "ok " : "BAD"}  ${name.padEnd(10)} ${text}`);
    if (advice !== undefined) console.log(advice.replaceAll(/^/gm, " ".repeat(16)));
    if (!well) process.exitCode = 1;
  }
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return { well: true, text: version };
  return {
    well: false,
    text: `${version} is too old to run the sources.`,
    advice: "npm run doctor uses the repository's own Node.",
  };
}

function checkData({ dataDirectory }: Settings): Finding {
  return wellUnlessThrown(() => prepareDataFolder(dataDirectory), `${dataDirectory} can be written`);
}

async function checkDatabase({ databaseUrl, dataDirectory }: Settings): Promise<Finding> {
  if (databaseUrl === undefined) {
    return { well: true, text: `built in, in ${dataDirectory}/postgres; the dashboard's health covers it` };
  }
  const ledger = openLedger({ url: databaseUrl, maxConnections: 1, applicationName: "tachograph-doctor" });
  try {
    await ledger.check();
    return { well: true, text: "reachable, new enough and migrated" };
  } catch (error) {
    const known = databaseError(error);
    if (known instanceof CliError) return notWell(known);
    throw error;
  } finally {
    await ledger.close();
  }
}

function checkJournal({ dataDirectory }: Settings): Finding {
  const directory = journalDirectory({ ...process.env, TACHOGRAPH_DATA_DIR: dataDirectory });
  const { files, bytes, setAside } = measureJournals(directory);
  if (setAside > 0) {
    return {
      well: false,
      text: `${setAside} calls were set aside that the ledger would not take.`,
      advice: `They and the reasons are in ${directory}/rejected.jsonl. Please report them; remove the file when done.`,
    };
  }
  return { well: true, text: `${files} files, ${(bytes / 1024).toFixed(0)} KB in ${directory}` };
}

async function checkDashboard(settings: Settings): Promise<Finding> {
  const holder = findLockHolder(settings.dataDirectory);
  if (holder === undefined) return { well: false, text: "not running with this data", advice: "npm start starts it." };
  const where = `${holder.baseUrl} (pid ${holder.pid})`;
  if (await isHealthy({ ...settings, baseUrl: holder.baseUrl })) return { well: true, text: `healthy at ${where}` };
  return {
    well: false,
    text: `not healthy at ${where}: the database does not answer, or the worker has been silent for 30 seconds`,
    advice: `Its logs are in ${settings.dataDirectory}/logs. Ctrl-C and npm start begin anew.`,
  };
}

function wellUnlessThrown(check: () => void, text: string): Finding {
  try {
    check();
    return { well: true, text };
  } catch (error) {
    if (error instanceof CliError) return notWell(error);
    throw error;
  }
}

const notWell = ({ message, hint }: CliError): Finding => ({ well: false, text: message, advice: hint });
