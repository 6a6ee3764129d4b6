"use server";

import { headers } from "next/headers";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { endSession } from "../data/session-end.ts";

/** Ends the session in the database, not only in this browser. */
export async function signOut(): Promise<void> {
  const names = await endSession(await headers());
  const jar = await cookies();
  for (const name of names) jar.delete(name);
  redirect("/login?problem=signed-out");
}
