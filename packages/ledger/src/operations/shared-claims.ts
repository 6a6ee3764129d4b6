import type { ClaimAnswer, ClaimRequest } from "@tachograph/record";

/** What a claim was answered, and who owns the operation. */
export type Claimed = ClaimAnswer & { ownerToken: string };

interface Waiting {
  request: ClaimRequest;
  resolve: (answer: ClaimAnswer) => void;
  reject: (error: unknown) => void;
}

/**
 * One statement at a time for one operation: claims that come while another is under way are then asked as one, which
 * counts all of them. A burst of one key would otherwise wait in line for one row, each for a commit of its own.
 *
 * @param ask - Claims for the first, and counts that many deliveries.
 */
export function shareClaims(
  ask: (request: ClaimRequest, deliveries: number) => Promise<Claimed>,
): (request: ClaimRequest) => Promise<ClaimAnswer> {
  const waitingFor = new Map<string, Waiting[]>();

  async function askFor(name: string, first: ClaimRequest, others: readonly Waiting[]): Promise<ClaimAnswer> {
    try {
      const { ownerToken, ...answer } = await ask(first, 1 + others.length);
      for (const [index, { request, resolve, reject }] of others.entries()) {
        // An owner that asks again is told the same again, and its lease is renewed.
        if (request.ownerToken.toLowerCase() === ownerToken) ask(request, 0).then(resolve, reject);
        else resolve(asNth(index + 1, notFirst(answer)));
      }
      return asNth(0, answer);

      function asNth(index: number, { decision, operation }: ClaimAnswer): ClaimAnswer {
        if (decision === "held") return { decision, operation };
        return { decision, operation: { ...operation, deliveries: operation.deliveries - others.length + index } };
      }
    } catch (error) {
      for (const { reject } of others) reject(error);
      throw error;
    } finally {
      askNext(name);
    }
  }

  function askNext(name: string): void {
    const waiting = waitingFor.get(name) ?? [];
    const [first, ...others] = waiting;
    if (first === undefined) return void waitingFor.delete(name);
    waitingFor.set(name, []);
    askFor(name, first.request, others).then(first.resolve, first.reject);
  }

  return (request) => {
    const { project, operationId, fingerprint, mode, guard } = request;
    const name = [project, operationId, fingerprint, mode, guard].join("\0");
    const waiting = waitingFor.get(name);
    if (waiting !== undefined) return new Promise((resolve, reject) => waiting.push({ request, resolve, reject }));
    waitingFor.set(name, []);
    return askFor(name, request, []);
  };
}

const notFirst = ({ decision, operation }: ClaimAnswer): ClaimAnswer => ({
  decision: decision === "execute" ? "in_flight" : decision,
  operation,
});
