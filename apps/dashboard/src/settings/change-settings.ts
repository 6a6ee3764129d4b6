"use server";

import { revalidatePath } from "next/cache";
import { listAccessRows } from "../data/access-list.ts";
import { changeOwnPassword, endOwnSessions, renameSelf } from "../data/account.ts";
import { createKey, revokeKey } from "../data/keys.ts";
import { addProject } from "../data/projects.ts";
import { changeUser, inviteUser, type UserChange } from "../data/users.ts";
import type { Page } from "../table/use-pages.ts";
import { loadAccessLogParams } from "./access-log-params.ts";
import type { AccessRow, Outcome } from "./settings-views.ts";

// Each function it calls checks who asks, and what arrives here may come from anybody.

const changed = (outcome: Outcome): Outcome => {
  revalidatePath("/settings", "layout");
  return outcome;
};

export async function submitName(form: FormData): Promise<Outcome> {
  return changed(await renameSelf(form.get("name")));
}

export async function submitPassword(form: FormData): Promise<Outcome> {
  if (form.get("next") !== form.get("repeated")) return { fault: "The two new passwords differ." };
  return changed(await changeOwnPassword({ current: form.get("current"), next: form.get("next") }));
}

/** Ends the session that the form names, or all others where it names none. */
export async function submitSessionEnd(form: FormData): Promise<Outcome> {
  return changed(await endOwnSessions(form.get("id")));
}

export async function submitInvitation(form: FormData): Promise<Outcome> {
  return changed(await inviteUser({ name: form.get("name"), email: form.get("email"), role: form.get("role") }));
}

export async function submitUserChange(userId: string, change: UserChange): Promise<Outcome> {
  return changed(await changeUser(userId, change));
}

export async function submitProject(form: FormData): Promise<Outcome> {
  return changed(await addProject(form.get("name")));
}

export async function submitKey(project: string, form: FormData): Promise<Outcome> {
  return changed(await createKey(project, { name: form.get("name"), days: form.get("days") }));
}

export async function submitKeyEnd(project: string, form: FormData): Promise<Outcome> {
  return changed(await revokeKey(project, form.get("id")));
}

/** The next rows of the access log whose URL query is `query`. */
export async function loadAccessRows(query: string, cursor: string): Promise<Page<AccessRow>> {
  return listAccessRows(loadAccessLogParams(new URLSearchParams(query)), { cursor });
}
