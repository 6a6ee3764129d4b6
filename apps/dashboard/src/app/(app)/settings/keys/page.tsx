import { listOwnRights } from "../../../../data/allowed.ts";
import { listKeyRows } from "../../../../data/keys.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { InertText } from "../../../../inert/inert-text.tsx";
import { loadScopeParams } from "../../../../scope/scope.ts";
import { submitKey, submitKeyEnd } from "../../../../settings/change-settings.ts";
import { NotAllowed } from "../../../../settings/not-allowed.tsx";
import { OutcomeForm } from "../../../../settings/outcome-form.tsx";
import { cellClass, PlainTable } from "../../../../settings/plain-table.tsx";
import { SelectField } from "../../../../settings/select-field.tsx";
import type { KeyRow } from "../../../../settings/settings-views.ts";
import { Instant } from "../../../../time/instant.tsx";
import { Field } from "../../../../ui/field.tsx";
import { Panel } from "../../../../ui/panel.tsx";

export default async function KeysPage({ searchParams }: PageProps<"/settings/keys">) {
  await getPerson();
  const { project } = await loadScopeParams(searchParams);
  if (!(await listOwnRights(project)).includes("keys")) {
    return <NotAllowed who="Admins of this project look after its keys." />;
  }
  const keys = await listKeyRows(project);
  return (
    <div className="space-y-3">
      <Panel title={`Keys of the project ${project} (${keys.length})`} flush>
        {keys.length === 0 ? (
          <p className="px-4 pb-4 text-soft">No program reads this project yet.</p>
        ) : (
          <PlainTable label="API keys" headers={["Name", "Begins with", "Made", "Used", "Works until", "Revoke"]}>
            {keys.map((key) => (
              <Key key={key.id} row={key} project={project} />
            ))}
          </PlainTable>
        )}
      </Panel>
      <Panel title="Make a key">
        <OutcomeForm action={submitKey.bind(null, project)} submit="Make the key" className="max-w-sm space-y-2">
          <Field label="Name" name="name" note="What uses it." required maxLength={100} autoComplete="off" />
          <SelectField label="Works for" name="days" defaultValue="90">
            <option value="30">30 days</option>
            <option value="90">90 days</option>
            <option value="365">a year</option>
            <option value="never">until it is revoked</option>
          </SelectField>
        </OutcomeForm>
      </Panel>
    </div>
  );
}

function Key({ row, project }: { row: KeyRow; project: string }) {
  return (
    <tr>
      <td className={cellClass}>
        <InertText text={row.name} max={100} className="font-medium" />
      </td>
      <td className={`${cellClass} font-mono text-xs`}>{row.prefix}…</td>
      <td className={cellClass}>
        <Instant atMs={row.createdAtMs} show="relative" /> by <InertText text={row.createdBy} max={60} />
      </td>
      <td className={cellClass}>
        {row.lastUsedAtMs === null ? "never" : <Instant atMs={row.lastUsedAtMs} show="relative" />}
      </td>
      <td className={cellClass}>
        {row.revokedAtMs !== null ? (
          <span className="text-soft">revoked</span>
        ) : row.expiresAtMs === null ? (
          "it is revoked"
        ) : (
          <Instant atMs={row.expiresAtMs} show="both" />
        )}
      </td>
      <td className={cellClass}>
        {row.revokedAtMs === null ? (
          <OutcomeForm action={submitKeyEnd.bind(null, project)} submit="Revoke" isMain={false}>
            <input type="hidden" name="id" value={row.id} />
          </OutcomeForm>
        ) : (
          "–"
        )}
      </td>
    </tr>
  );
}
