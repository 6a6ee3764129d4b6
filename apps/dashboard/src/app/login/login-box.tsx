import type { ReactNode } from "react";
import { Logo } from "../../shell/logo.tsx";

/** What people see before they are in. */
export function LoginBox({ message, children }: { message?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-6">
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6">
        <h1 className="flex items-center gap-2 text-base font-semibold tracking-tight">
          <Logo size={24} /> Tachograph
        </h1>
        {message ? (
          <p role="status" className="mt-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
            {message}
          </p>
        ) : null}
        {children}
      </div>
    </main>
  );
}
