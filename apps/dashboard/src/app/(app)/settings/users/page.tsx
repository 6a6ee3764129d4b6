import { listOwnRights } from "../../../../data/allowed.ts";
import { listProjectNames } from "../../../../data/projects.ts";
import { listUserRows } from "../../../../data/users.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { loadScopeParams } from "../../../../scope/scope.ts";
import { submitInvitation } from "../../../../settings/change-settings.ts";
import { NotAllowed } from "../../../../settings/not-allowed.tsx";
import { OutcomeForm } from "../../../../settings/outcome-form.tsx";
import { SelectField } from "../../../../settings/select-field.tsx";
import { RoleOptions } from "../../../../settings/user-dialog.tsx";
import { UsersTable } from "../../../../settings/users-table.tsx";
import { Field } from "../../../../ui/field.tsx";
import { Panel } from "../../../../ui/panel.tsx";

export default async function UsersPage({ searchParams }: PageProps<"/settings/users">) {
  await getPerson();
  const { project } = await loadScopeParams(searchParams);
  if (!(await listOwnRights(project)).includes("users")) {
    return <NotAllowed who="Admins of this instance look after users." />;
  }
  const [users, projects] = await Promise.all([listUserRows(), listProjectNames()]);
  return (
    <div className="space-y-3">
      <Panel title={`Users (${users.length})`} flush>
        <UsersTable users={users} projects={projects} />
      </Panel>
      <Panel title="Invite somebody">
        <OutcomeForm action={submitInvitation} submit="Make an invitation link" className="max-w-xl space-y-2">
          <Field label="Name" name="name" required maxLength={100} autoComplete="off" />
          <Field label="E-mail address" name="email" type="email" required maxLength={255} autoComplete="off" />
          <SelectField label="Role in every project" name="role" defaultValue="viewer">
            <RoleOptions />
          </SelectField>
        </OutcomeForm>
      </Panel>
    </div>
  );
}
