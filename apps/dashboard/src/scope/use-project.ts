"use client";

import { useQueryState } from "nuqs";
import { scopeParsers } from "./scope.ts";

/** The project that the screen is about, as its URL says. */
export function useProject(): string {
  return useQueryState("project", scopeParsers.project)[0];
}
