"use client";

import { useEffect } from "react";
import { FailedState } from "../ui/failed-state.tsx";

/** Nothing could be made, not even the frame around the screens: most often the database is away. */
export default function AppError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  useEffect(() => {
    console.error(error);
  }, [error]);
  return (
    <main className="px-4">
      <FailedState digest={error.digest} retry={retry} />
    </main>
  );
}
