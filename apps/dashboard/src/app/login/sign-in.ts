"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { adoptCookies } from "../../data/session-cookies.ts";
import { passwordFault, setPasswordByLink, signInWithPassword } from "../../data/sign-in.ts";
import { homeOf } from "../../data/viewer.ts";

const text = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
};

const BUSY = "Too many attempts. Wait a few minutes, then try again.";

interface FailedSignIn {
  fault: string;
  /** As it was given: a form that was sent is emptied. */
  email: string;
}

/** Says why somebody did not get in; goes to the first screen where they did. */
export async function signIn(_before: FailedSignIn | undefined, form: FormData): Promise<FailedSignIn> {
  const given = { email: text(form, "email"), password: text(form, "password") };
  const result = await signInWithPassword(given, await headers());
  if (result === "busy") return { fault: BUSY, email: given.email };
  if (result === "wrong") return { fault: "Address or password is wrong.", email: given.email };
  await adoptCookies(result.headers);
  redirect(await homeOf(result.userId));
}

/** Says what is wrong with the password or the link; goes to the first screen where it is set. */
export async function setPassword(token: string, _before: string | undefined, form: FormData): Promise<string> {
  const password = text(form, "password");
  const fault = passwordFault(password);
  if (fault !== undefined) return fault;
  if (password !== text(form, "repeated")) return "The two passwords differ.";
  const result = await setPasswordByLink(token, password, await headers());
  if (result === "busy") return BUSY;
  if (result === "spent") redirect("/login/password?problem=spent");
  if (result === "set") redirect("/login?problem=password-set");
  await adoptCookies(result.headers);
  redirect(await homeOf(result.userId));
}
