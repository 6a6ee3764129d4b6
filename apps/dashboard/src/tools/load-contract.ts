"use server";

import { getContractSlice } from "../data/tools.ts";
import type { TextSlice } from "../inert/inert-block.tsx";

/** More of a contract of a tool. */
export async function loadContract(project: string, hash: string, offset: number): Promise<TextSlice> {
  return getContractSlice(project, hash, offset);
}
