import { redirect } from "next/navigation";
import { getPerson } from "../../../data/viewer.ts";
import { loadScopeParams, scopeQuery } from "../../../scope/scope.ts";

export default async function SettingsPage({ searchParams }: PageProps<"/settings">) {
  await getPerson();
  const { project } = await loadScopeParams(searchParams);
  redirect(`/settings/you${scopeQuery({ project })}`);
}
