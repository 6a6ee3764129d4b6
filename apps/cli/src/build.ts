import { buildDashboard, isDashboardBuilt } from "./dashboard-build.ts";
import { createProgress } from "./progress.ts";

/** Builds the dashboard, unless the build on disk is of these very sources. */
export async function build(): Promise<void> {
  if (isDashboardBuilt()) console.log("The dashboard is built.");
  else await createProgress().step("building the dashboard", () => buildDashboard());
}
