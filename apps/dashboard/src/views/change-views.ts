"use server";

import { revalidatePath } from "next/cache";
import { keepView, removeView } from "../data/views.ts";

// What arrives here may come from anybody: the data layer checks it and who asks.

/** @returns what is wrong, in a sentence */
export async function saveView(
  project: string,
  view: { screen: string; name: string; query: string; isShared: boolean },
): Promise<string | undefined> {
  const wrong = await keepView(project, view);
  if (wrong === undefined) revalidatePath("/", "layout");
  return wrong;
}

export async function forgetView(project: string, id: string): Promise<void> {
  await removeView(project, id);
  revalidatePath("/", "layout");
}
