import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { readOidcSettings } from "../../data/oidc.ts";
import { findPerson, homeOf } from "../../data/viewer.ts";
import { buttonClass } from "../../ui/modal-dialog.tsx";
import { LoginBox } from "./login-box.tsx";
import { SignInForm } from "./password-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

const problems: Readonly<Record<string, string>> = {
  link: "That link does not work: it was used already, is older than 15 minutes, or is incomplete. Get a new one.",
  busy: "Too many attempts. Wait a minute, then try again.",
  "signed-out": "You are signed out.",
  "password-set": "Your password is set. Sign in with it.",
  provider:
    "The sign-in did not come to an end. Try again; if it stays so, ask whoever runs Tachograph to look at its log.",
  "provider-down": "Where you wanted to sign in does not answer. Try again later, or sign in with a password.",
  "not-admitted": "You are known there, but may not come in here. Ask whoever looks after users of Tachograph.",
};

export default async function LoginPage({ searchParams }: PageProps<"/login">) {
  const person = await findPerson();
  if (person !== undefined) redirect(await homeOf(person.id));
  const { problem } = await searchParams;
  const message = typeof problem === "string" && Object.hasOwn(problems, problem) ? problems[problem] : undefined;
  const provider = readOidcSettings();
  return (
    <LoginBox message={message}>
      {provider === undefined ? null : (
        <a href="/login/provider" className={`${buttonClass} mt-4 block text-center`}>
          Continue with {provider.name}
        </a>
      )}
      <SignInForm />
      <div className="mt-5 border-t border-line pt-4 text-xs text-soft">
        <p>Forgot it? Whoever looks after users can make you a link that sets a new one.</p>
        <p className="mt-2">
          Whoever started Tachograph gets in with a one-time link, printed in the folder it runs from:
        </p>
        <pre className="mt-2 rounded-md border border-line bg-canvas px-3 py-2 font-mono text-ink">npm run login</pre>
      </div>
    </LoginBox>
  );
}
