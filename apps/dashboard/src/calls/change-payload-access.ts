"use server";

import { closePayloads as close, openPayloads as open } from "../data/payload-access.ts";

/** Gives a reason for seeing arguments and results; says what is wrong with it, or nothing. */
export async function openPayloads(project: string, reason: string): Promise<string | undefined> {
  return open(project, reason);
}

export async function closePayloads(project: string): Promise<void> {
  await close(project);
}
