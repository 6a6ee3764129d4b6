import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "@tachograph/record";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

/** How long a shipper that cannot be seen from here may be silent before its journals are taken over. */
const CLAIM_GRACE_MS = 60_000;

/** Which journals of a folder one shipper ships: each belongs to one shipper, as a file beside it says. */
export class Claims {
  readonly #directory: string;
  readonly #shipperId = newId();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Takes a journal that nobody ships who lives. */
  take(instanceId: string): boolean {
    const path = this.#path(instanceId);
    const content = JSON.stringify({ shipperId: this.#shipperId, ...ownIdentity() });
    for (let tries = 0; tries < 2; tries++) {
      try {
        writeFileSync(path, content, { flag: "wx", mode: 0o600 });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = readClaim(path);
      if (holder?.shipperId === this.#shipperId) return true;
      if (holder !== null && (isAlive(holder) ?? wasTouched(path))) return false;
      rmSync(path, { force: true });
    }
    return false;
  }

  /** Shows that its holder lives to those who cannot see the process. False: somebody else holds it now. */
  touch(instanceId: string): boolean {
    const path = this.#path(instanceId);
    if (readClaim(path)?.shipperId !== this.#shipperId) return false;
    const now = new Date();
    utimesSync(path, now, now);
    return true;
  }

  giveUp(instanceId: string): void {
    const path = this.#path(instanceId);
    if (readClaim(path)?.shipperId === this.#shipperId) rmSync(path, { force: true });
  }

  #path(instanceId: string): string {
    return join(this.#directory, `${instanceId}.claim`);
  }
}

function wasTouched(path: string): boolean {
  const claim = statSync(path, { throwIfNoEntry: false });
  return claim !== undefined && Date.now() - claim.mtimeMs < CLAIM_GRACE_MS;
}

function readClaim(path: string): (ProcessIdentity & { shipperId: string }) | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity & { shipperId: string };
  } catch {
    return null;
  }
}
