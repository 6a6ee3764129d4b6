"use client";

import { useActionState, type ReactNode } from "react";
import { Field } from "../../ui/field.tsx";
import { primaryButtonClass } from "../../ui/modal-dialog.tsx";
import { setPassword, signIn } from "./sign-in.ts";

/** Address and password. */
export function SignInForm(): ReactNode {
  const [failed, submit, isPending] = useActionState(signIn, undefined);
  return (
    <form action={submit} className="mt-4 space-y-3">
      <Field
        label="E-mail address"
        name="email"
        type="email"
        autoComplete="username"
        required
        maxLength={255}
        defaultValue={failed?.email}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        maxLength={128}
      />
      <Fault text={failed?.fault} />
      <button type="submit" disabled={isPending} className={`${primaryButtonClass} w-full`}>
        Sign in
      </button>
    </form>
  );
}

/** A password of one's own, by way of a link. */
export function SetPasswordForm({ token, email }: { token: string; email: string }): ReactNode {
  const [fault, submit, isPending] = useActionState(setPassword.bind(null, token), undefined);
  return (
    <form action={submit} className="mt-4 space-y-3">
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <Field
        label="New password"
        note="At least 12 characters. A few words that do not belong together are good."
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={128}
      />
      <Field
        label="The same again"
        name="repeated"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        maxLength={128}
      />
      <Fault text={fault} />
      <button type="submit" disabled={isPending} className={`${primaryButtonClass} w-full`}>
        Set the password and sign in
      </button>
    </form>
  );
}

function Fault({ text }: { text: string | undefined }): ReactNode {
  if (text === undefined) return null;
  return (
    <p role="alert" className="rounded-md bg-warn-soft px-3 py-2 text-warn">
      {text}
    </p>
  );
}
