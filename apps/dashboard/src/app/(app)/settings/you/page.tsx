import { hasOwnPassword, listOwnSessions } from "../../../../data/account.ts";
import { roleMeanings } from "../../../../data/rights.ts";
import { getPerson } from "../../../../data/viewer.ts";
import { InertText } from "../../../../inert/inert-text.tsx";
import { submitName, submitPassword, submitSessionEnd } from "../../../../settings/change-settings.ts";
import { OutcomeForm } from "../../../../settings/outcome-form.tsx";
import { cellClass, PlainTable } from "../../../../settings/plain-table.tsx";
import { Instant } from "../../../../time/instant.tsx";
import { Field } from "../../../../ui/field.tsx";
import { Panel } from "../../../../ui/panel.tsx";

export default async function YouPage() {
  const person = await getPerson();
  const [sessions, hasPassword] = await Promise.all([listOwnSessions(), hasOwnPassword()]);
  return (
    <div className="max-w-4xl space-y-3">
      <Panel title="You">
        <p className="mb-3 text-soft">
          <InertText text={person.email} max={200} />, {person.instanceRole} in every project that says nothing else:{" "}
          {roleMeanings[person.instanceRole].toLowerCase()}.
        </p>
        <OutcomeForm action={submitName} submit="Save" className="max-w-sm space-y-2">
          <Field label="Name" name="name" defaultValue={person.name} required maxLength={100} autoComplete="name" />
        </OutcomeForm>
      </Panel>
      {hasPassword ? (
        <Panel title="Password">
          <OutcomeForm action={submitPassword} submit="Change the password" className="max-w-sm space-y-2">
            <Field label="Current password" name="current" type="password" autoComplete="current-password" required />
            <Field
              label="New password"
              note="At least 12 characters. Your other sessions end."
              name="next"
              type="password"
              autoComplete="new-password"
              required
              minLength={12}
              maxLength={128}
            />
            <Field
              label="The new one again"
              name="repeated"
              type="password"
              autoComplete="new-password"
              required
              minLength={12}
              maxLength={128}
            />
          </OutcomeForm>
        </Panel>
      ) : null}
      <Panel title={`Your sessions (${sessions.length})`} flush>
        <PlainTable label="Your sessions" headers={["Began", "From", "With", "End"]}>
          {sessions.map((session) => (
            <tr key={session.id}>
              <td className={`${cellClass} whitespace-nowrap`}>
                <Instant atMs={session.startedAtMs} show="relative" />
              </td>
              <td className={`${cellClass} font-mono text-xs`}>
                <InertText text={session.address || "–"} max={64} />
              </td>
              <td className={`${cellClass} text-soft`}>
                <InertText text={session.userAgent || "–"} max={90} />
              </td>
              <td className={cellClass}>
                {session.isThisOne ? (
                  <span className="font-medium">This one</span>
                ) : (
                  <OutcomeForm action={submitSessionEnd} submit="End" isMain={false}>
                    <input type="hidden" name="id" value={session.id} />
                  </OutcomeForm>
                )}
              </td>
            </tr>
          ))}
        </PlainTable>
        <OutcomeForm
          action={submitSessionEnd}
          submit="Sign out everywhere else"
          isMain={false}
          className="border-t border-line px-4 py-3"
        />
      </Panel>
    </div>
  );
}
