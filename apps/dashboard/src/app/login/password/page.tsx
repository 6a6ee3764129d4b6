import type { Metadata } from "next";
import Link from "next/link";
import { findLinkBearer } from "../../../data/sign-in.ts";
import { InertText } from "../../../inert/inert-text.tsx";
import { LoginBox } from "../login-box.tsx";
import { SetPasswordForm } from "../password-form.tsx";

export const metadata: Metadata = { title: "Set a password" };

/** Where invitations and resets lead. Looking at it spends nothing: a mail scanner may open it. */
export default async function SetPasswordPage({ searchParams }: PageProps<"/login/password">) {
  const { token } = await searchParams;
  const bearer = typeof token === "string" ? await findLinkBearer(token) : undefined;
  if (typeof token !== "string" || bearer === undefined) {
    return (
      <LoginBox message="That link does not work: it was used already, is too old, or is incomplete.">
        <p className="mt-4 text-soft">
          Ask whoever sent it for a new one. If you set your password with it,{" "}
          <Link href="/login" prefetch={false} className="font-medium text-accent hover:underline">
            sign in
          </Link>
          .
        </p>
      </LoginBox>
    );
  }
  return (
    <LoginBox>
      <p className="mt-4">
        {bearer.purpose === "invitation" ? "Welcome, " : "Hello, "}
        <InertText text={bearer.name} max={80} />. Choose a password for{" "}
        <InertText text={bearer.email} max={120} className="font-medium" />.
      </p>
      <SetPasswordForm token={token} email={bearer.email} />
    </LoginBox>
  );
}
