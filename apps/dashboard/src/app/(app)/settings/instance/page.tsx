import Link from "next/link";
import { listOwnRights } from "../../../../data/allowed.ts";
import { describeInstance } from "../../../../data/instance.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { loadScopeParams, scopeQuery } from "../../../../scope/scope.ts";
import { NotAllowed } from "../../../../settings/not-allowed.tsx";
import { Panel } from "../../../../ui/panel.tsx";

export default async function InstancePage({ searchParams }: PageProps<"/settings/instance">) {
  await getPerson();
  const { project } = await loadScopeParams(searchParams);
  if (!(await listOwnRights(project)).includes("users")) {
    return <NotAllowed who="Admins of this instance see how it runs." />;
  }
  const facts = await describeInstance();
  return (
    <Panel title="This instance" className="max-w-4xl">
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[8rem_minmax(0,1fr)]">
        {facts.map(({ label, value }) => (
          <div key={label} className="contents">
            <dt className="text-soft">{label}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-soft">
        Whether everything is recorded stands on the{" "}
        <Link href={`/${scopeQuery({ project })}`} prefetch={false} className="font-medium text-accent hover:underline">
          overview
        </Link>
        ; <code className="font-mono text-xs">npx tachograph doctor</code> looks closer.
      </p>
    </Panel>
  );
}
