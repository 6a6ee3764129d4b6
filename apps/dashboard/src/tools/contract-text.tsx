"use client";

import { useCallback, type ReactNode } from "react";
import { InertBlock, type TextSlice } from "../inert/inert-block.tsx";
import { loadContract } from "./load-contract.ts";

/** A contract, loaded by and by. */
export function ContractText({ project, hash, first }: { project: string; hash: string; first: TextSlice }): ReactNode {
  const loadMore = useCallback((offset: number) => loadContract(project, hash, offset), [project, hash]);
  return <InertBlock key={hash} label="Contract" first={first} loadMore={loadMore} />;
}
