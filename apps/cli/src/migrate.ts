import { CliError } from "./cli-error.ts";
import { migrateDatabase } from "./database.ts";
import { readSettings } from "./settings.ts";

/** Brings the tables of `TACHOGRAPH_DATABASE_URL` up to date. The embedded database is migrated by `start`. */
export async function migrate(): Promise<void> {
  const { databaseUrl } = readSettings();
  if (databaseUrl === undefined) {
    throw new CliError({
      code: "usage",
      message: "TACHOGRAPH_DATABASE_URL is not set, and the built-in database is migrated by npm start.",
      hint: "Set it to the address of the database to migrate.",
    });
  }
  const applied = await migrateDatabase(databaseUrl);
  console.log(applied.length === 0 ? "The tables are up to date." : `Applied: ${applied.join(", ")}.`);
}
