"use client";

import { useState, type ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { Instant } from "../time/instant.tsx";
import { buttonClass } from "../ui/modal-dialog.tsx";
import { cellClass, PlainTable } from "./plain-table.tsx";
import type { UserRow } from "./settings-views.ts";
import { UserDialog } from "./user-dialog.tsx";

export function UsersTable({ users, projects }: { users: UserRow[]; projects: string[] }): ReactNode {
  const [openId, setOpenId] = useState<string>();
  return (
    <>
      <PlainTable label="Users" headers={["Name", "Role", "In projects", "Signed in", "Change"]}>
        {users.map((user) => (
          <tr key={user.id}>
            <td className={`${cellClass} min-w-40`}>
              <InertText text={user.name} max={80} className="font-medium" />
              <div className="text-xs break-all text-soft">
                <InertText text={user.email} max={120} />
              </div>
            </td>
            <td className={cellClass}>
              {user.role}
              {user.isDisabled ? <span className="ml-1.5 font-medium text-warn">disabled</span> : null}
            </td>
            <td className={cellClass}>
              {user.memberships.length === 0
                ? "–"
                : user.memberships.map(({ project, role }) => `${project}: ${role}`).join(", ")}
            </td>
            <td className={cellClass}>
              {user.signedInAtMs === null ? (
                <span className="text-soft">{user.hasOpenLink ? "link not used yet" : "no session"}</span>
              ) : (
                <>
                  <Instant atMs={user.signedInAtMs} show="relative" />
                  <span className="text-soft">, {user.sessions} open</span>
                </>
              )}
            </td>
            <td className={cellClass}>
              {user.canChange ? (
                <button
                  type="button"
                  aria-label={`Change ${user.name}`}
                  onClick={() => setOpenId(user.id)}
                  className={`${buttonClass} px-2 py-0.5 text-xs`}
                >
                  Change
                </button>
              ) : (
                <span className="text-soft">–</span>
              )}
            </td>
          </tr>
        ))}
      </PlainTable>
      <UserDialog
        user={users.find(({ id }) => id === openId)}
        projects={projects}
        onClose={() => setOpenId(undefined)}
      />
    </>
  );
}
