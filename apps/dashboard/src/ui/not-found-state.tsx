import Link from "next/link";
import type { ReactNode } from "react";

/** There is no such page, session or call. */
export function NotFoundState(): ReactNode {
  return (
    <div className="mx-auto mt-10 max-w-lg rounded-lg border border-line bg-surface p-5">
      <h1 className="font-semibold">There is nothing here.</h1>
      <p className="mt-2 text-soft">
        The address may be cut, or what it named is not kept any more.{" "}
        <Link href="/calls" prefetch={false} className="font-medium text-accent hover:underline">
          All calls
        </Link>
      </p>
    </div>
  );
}
