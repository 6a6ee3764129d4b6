// A server's process for the tests of what outlives one: writes the journal it is told to, says so, and waits to be killed.
import { newId } from "@tachograph/record";
import { Journal } from "./journal.ts";
import { callEntry, callOf } from "./testing-records.ts";

const [directory = "", calls = "0", begun = "0"] = process.argv.slice(2);
const instanceId = newId();
const journal = new Journal({
  directory,
  instanceId,
  shipsItself: process.argv[5] === "ships",
  segmentBytes: 20_000,
  onProblem: () => undefined,
});
for (let index = 0; index < Number(calls); index++) {
  const call = callOf(`call-${index}`);
  journal.append({ kind: "begun", call: { ...call, outcome: "indeterminate" }, payload: null });
  journal.append(callEntry(call));
}
for (let index = 0; index < Number(begun); index++) {
  journal.append({
    kind: "begun",
    call: callOf(`begun-${index}`, { outcome: "indeterminate", effect: "unknown", retryClass: "verify" }),
    payload: { arguments: "{}", result: null },
  });
}
process.stdout.write(`${instanceId}\n`);
setInterval(() => undefined, 1_000);
