"use client";

import { useEffect } from "react";
import { FailedState } from "../../ui/failed-state.tsx";

/** A screen that could not be made. */
export default function ScreenError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  useEffect(() => {
    console.error(error);
  }, [error]);
  return <FailedState digest={error.digest} retry={retry} />;
}
