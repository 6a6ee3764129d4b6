import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { findPerson } from "../../data/viewer.ts";
import { Logo } from "../../shell/logo.tsx";

export const metadata: Metadata = { title: "Sign in" };

const problems: Readonly<Record<string, string>> = {
  link: "That link does not work: it was used already, is older than 15 minutes, or is incomplete. Get a new one.",
  busy: "Too many attempts. Wait a minute, then try again.",
  "signed-out": "You are signed out.",
};

export default async function LoginPage({ searchParams }: PageProps<"/login">) {
  if (await findPerson()) redirect("/");
  const { problem } = await searchParams;
  const message = typeof problem === "string" && Object.hasOwn(problems, problem) ? problems[problem] : undefined;
  return (
    <main className="grid min-h-dvh place-items-center px-4">
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6">
        <h1 className="flex items-center gap-2 text-base font-semibold tracking-tight">
          <Logo size={24} /> Tachograph
        </h1>
        {message ? (
          <p role="status" className="mt-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
            {message}
          </p>
        ) : null}
        <p className="mt-4 text-soft">
          Sign in with a one-time link. Whoever started Tachograph can print one, in the folder it runs from:
        </p>
        <pre className="mt-3 rounded-md border border-line bg-canvas px-3 py-2 font-mono text-xs">npm run login</pre>
        <p className="mt-3 text-xs text-soft">A link works once and for 15 minutes.</p>
      </div>
    </main>
  );
}
