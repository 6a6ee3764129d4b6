import Link from "next/link";
import { listOwnRights } from "../../../../data/allowed.ts";
import { listProjectRows } from "../../../../data/projects.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { loadScopeParams, scopeQuery } from "../../../../scope/scope.ts";
import { submitProject } from "../../../../settings/change-settings.ts";
import { NotAllowed } from "../../../../settings/not-allowed.tsx";
import { OutcomeForm } from "../../../../settings/outcome-form.tsx";
import { cellClass, PlainTable } from "../../../../settings/plain-table.tsx";
import { Instant } from "../../../../time/instant.tsx";
import { Field } from "../../../../ui/field.tsx";
import { Panel } from "../../../../ui/panel.tsx";

export default async function ProjectsPage({ searchParams }: PageProps<"/settings/projects">) {
  await getPerson();
  const { project } = await loadScopeParams(searchParams);
  if (!(await listOwnRights(project)).includes("projects")) {
    return <NotAllowed who="Admins of this instance make projects." />;
  }
  const projects = await listProjectRows();
  return (
    <div className="max-w-4xl space-y-3">
      <Panel title={`Projects (${projects.length})`} flush>
        <PlainTable label="Projects" headers={["Name", "Since", "Roles of their own"]}>
          {projects.map(({ name, createdAtMs, members }) => (
            <tr key={name}>
              <td className={cellClass}>
                <Link
                  href={`/${scopeQuery({ project: name })}`}
                  prefetch={false}
                  className="font-medium text-accent hover:underline"
                >
                  {name}
                </Link>
              </td>
              <td className={cellClass}>
                <Instant atMs={createdAtMs} show="relative" />
              </td>
              <td className={cellClass}>{members}</td>
            </tr>
          ))}
        </PlainTable>
      </Panel>
      <Panel title="Make a project">
        <OutcomeForm action={submitProject} submit="Make the project" className="max-w-sm space-y-2">
          <Field
            label="Name"
            note="Lower-case letters, digits, dots, dashes and underscores. It cannot be changed later."
            name="name"
            required
            maxLength={64}
            autoComplete="off"
          />
        </OutcomeForm>
      </Panel>
    </div>
  );
}
