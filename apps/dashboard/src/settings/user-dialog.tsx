"use client";

import type { ReactNode } from "react";
import { givenRoles, roleMeanings } from "../data/rights.ts";
import { ModalDialog } from "../ui/modal-dialog.tsx";
import { submitUserChange } from "./change-settings.ts";
import { OutcomeForm } from "./outcome-form.tsx";
import { SelectField } from "./select-field.tsx";
import type { UserRow } from "./settings-views.ts";

const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
};

/** Everything that can be changed of one person. Each change counts with their next request. */
export function UserDialog({
  user,
  projects,
  onClose,
}: {
  user: UserRow | undefined;
  projects: readonly string[];
  onClose: () => void;
}): ReactNode {
  return (
    <ModalDialog
      title={user === undefined ? "User" : `Change ${user.name}`}
      isOpen={user !== undefined}
      onClose={onClose}
    >
      {user === undefined ? null : <Changes key={user.id} user={user} projects={projects} />}
    </ModalDialog>
  );
}

function Changes({ user, projects }: { user: UserRow; projects: readonly string[] }): ReactNode {
  const { id } = user;
  return (
    <div className="space-y-4">
      {user.role === "owner" ? null : (
        <>
          <OutcomeForm
            submit="Set the role"
            isMain={false}
            className="space-y-2"
            action={(form) => submitUserChange(id, { change: "role", role: textOf(form, "role") })}
          >
            <SelectField label="Role in every project" name="role" defaultValue={user.role}>
              <RoleOptions />
            </SelectField>
          </OutcomeForm>
          <OutcomeForm
            submit="Set in this project"
            isMain={false}
            className="space-y-2 border-t border-line pt-3"
            action={(form) => {
              const role = textOf(form, "role");
              const project = textOf(form, "project");
              return submitUserChange(id, { change: "membership", project, role: role === "" ? null : role });
            }}
          >
            <SelectField label="Project" name="project">
              {projects.map((project) => (
                <option key={project} value={project}>
                  {project}
                  {user.memberships.some((membership) => membership.project === project) ? " (set)" : ""}
                </option>
              ))}
            </SelectField>
            <SelectField label="Role in this project" name="role" defaultValue="">
              <option value="">As in every project</option>
              <RoleOptions />
            </SelectField>
          </OutcomeForm>
        </>
      )}
      <div className="space-y-2 border-t border-line pt-3">
        {user.isDisabled ? null : (
          <OutcomeForm
            submit={user.hasPassword ? "Make a link that resets the password" : "Make another invitation link"}
            isMain={false}
            action={() => submitUserChange(id, { change: "make_link" })}
          />
        )}
        <OutcomeForm
          submit="End all sessions"
          isMain={false}
          action={() => submitUserChange(id, { change: "end_sessions" })}
        />
        <OutcomeForm
          submit={user.isDisabled ? "Let in again" : "Disable"}
          isMain={false}
          action={() => submitUserChange(id, { change: user.isDisabled ? "enable" : "disable" })}
        />
      </div>
    </div>
  );
}

/** What somebody can be made, with what it means. */
export function RoleOptions(): ReactNode {
  return givenRoles.map((role) => (
    <option key={role} value={role}>
      {role}: {roleMeanings[role]}
    </option>
  ));
}
