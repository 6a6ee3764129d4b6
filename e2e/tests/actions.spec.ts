import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { APIRequestContext, APIResponse } from "@playwright/test";
import { createProject, listCalls, type Ledger, type MemberRole } from "@tachograph/ledger";
import { expect, test } from "../src/fixtures.ts";
import { signInAs } from "../src/people.ts";

// What the pages call on the server, called without a page: by its id in the build, with whatever arguments.

type Who = MemberRole | "owner";

interface Action {
  /** What it is called with: where it is allowed, it changes nothing. */
  args: (project: string) => unknown[];
  /** Fields of a form that stands behind the other arguments. */
  form?: Record<string, string>;
  allowed: readonly Who[];
  /** A role in one project does not give it. */
  isOfInstance?: true;
  /** Begins what comes back where it is allowed. */
  answer: RegExp;
}

const readers = ["viewer", "operator", "auditor", "admin", "owner"] as const satisfies Who[];
const everybody = ["none", ...readers] as const satisfies Who[];
const NOTHING = "01932c07-0000-7000-8000-000000000000";
/** As the protocol writes what is left out. */
const FIRST_PAGE = "$undefined";
const query = (project: string): string => `project=${project}`;
const view = (isShared: boolean) => ({ screen: "no-such-screen", name: "Mine", query: "", isShared });
const finding = { id: "no-such-operation", attempt: 1, found: "applied", reason: "The provider shows the payment." };

const actions: Record<string, Action | Record<string, Action>> = {
  loadCalls: { args: (project) => [query(project), FIRST_PAGE], allowed: readers, answer: /^\{"rows":\[/ },
  loadFieldValues: { args: (project) => [query(project), "tool", ""], allowed: readers, answer: /^\[/ },
  loadCallDetail: { args: (project) => [{ project, id: NOTHING }], allowed: readers, answer: /^null/ },
  loadRowNeighbours: { args: (project) => [query(project), NOTHING], allowed: readers, answer: /^\{"previous":/ },
  loadOperations: { args: (project) => [query(project), FIRST_PAGE], allowed: readers, answer: /^\{"rows":\[/ },
  loadSessions: { args: (project) => [query(project), FIRST_PAGE], allowed: readers, answer: /^\{"rows":\[/ },
  loadSessionFieldValues: { args: (project) => [query(project), "tool", ""], allowed: readers, answer: /^\[/ },
  loadContract: { args: (project) => [project, "0".repeat(64), 0], allowed: readers, answer: /^\{"text":""/ },
  loadPayloadTexts: { args: (project) => [{ project, id: NOTHING }], allowed: readers, answer: /^null/ },
  loadPayloadSlice: {
    args: (project) => [{ project, id: NOTHING }, "result", 0],
    allowed: readers,
    answer: /^\{"text":""/,
  },
  openPayloads: { args: (project) => [project, ""], allowed: ["auditor", "owner"], answer: /reason/i },
  closePayloads: { args: (project) => [project], allowed: ["auditor", "owner"], answer: /^"\$undefined"/ },
  settleByHand: { args: (project) => [project, finding], allowed: ["operator", "owner"], answer: /^"changed"/ },
  saveView: {
    own: { args: (project) => [project, view(false)], allowed: readers, answer: /cannot be kept/ },
    shared: {
      args: (project) => [project, view(true)],
      allowed: ["operator", "auditor", "admin", "owner"],
      answer: /cannot be kept/,
    },
  },
  forgetView: { args: (project) => [project, NOTHING], allowed: readers, answer: /^"\$undefined"/ },
  loadAccessRows: {
    args: (project) => [query(project), FIRST_PAGE],
    allowed: ["auditor", "admin", "owner"],
    answer: /^\{"nextCursor":/,
  },
  submitKey: { args: (project) => [project], form: { name: "" }, allowed: ["admin", "owner"], answer: /1 to 100/ },
  submitKeyEnd: {
    args: (project) => [project],
    form: { id: NOTHING },
    allowed: ["admin", "owner"],
    answer: /not in force/,
  },
  submitInvitation: {
    args: () => [],
    form: { name: "" },
    allowed: ["admin", "owner"],
    isOfInstance: true,
    answer: /1 to 100/,
  },
  submitUserChange: {
    args: () => ["nobody", { change: "disable" }],
    allowed: ["admin", "owner"],
    isOfInstance: true,
    answer: /no such person/,
  },
  submitProject: {
    args: () => [],
    form: { name: "not a name" },
    allowed: ["admin", "owner"],
    isOfInstance: true,
    answer: /"fault":/,
  },
  submitName: { args: () => [], form: { name: "" }, allowed: everybody, answer: /1 to 100/ },
  submitPassword: { args: () => [], form: { next: "a", repeated: "b" }, allowed: everybody, answer: /differ/ },
  submitSessionEnd: { args: () => [], form: { id: NOTHING }, allowed: everybody, answer: /0 sessions ended/ },
};

/** Needs arguments of a call that is there; has a test of its own. */
const ofPayloads = ["loadCallRequest"];
/** For whoever is not signed in, or leaves. */
const ofLogin = ["signIn", "setPassword", "signOut"];

const cells = Object.entries(actions).flatMap(([name, action]) =>
  "args" in action
    ? [{ name, label: name, ...(action as Action) }]
    : Object.entries(action).map(([variant, one]) => ({ name, label: `${name} (${variant})`, ...one })),
);

const idOf = readActionIds();

/** The ids that this build answers, by the name of their function. */
function readActionIds(): Map<string, string> {
  const folder = dirname(createRequire(import.meta.url).resolve("@tachograph/dashboard/package.json"));
  const manifest = readFileSync(join(folder, ".next/server/server-reference-manifest.json"), "utf8");
  const { node } = JSON.parse(manifest) as { node: Record<string, { exportedName: string }> };
  return new Map(Object.entries(node).map(([id, { exportedName }]) => [exportedName, id]));
}

interface Answer {
  status: number;
  /** What the function gave, as the protocol writes it. */
  text: string;
}

async function call(
  request: APIRequestContext,
  url: string,
  name: string,
  args: unknown[],
  { form, headers = {} }: { form?: Record<string, string>; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const options = {
    headers: { "next-action": idOf.get(name) ?? "", accept: "text/x-component", origin: url, ...headers },
    maxRedirects: 0,
  };
  return answerOf(
    await request.post(`${url}/calls`, {
      ...options,
      ...(form === undefined
        ? {
            headers: { ...options.headers, "content-type": "text/plain;charset=UTF-8" },
            data: JSON.stringify(args),
          }
        : { multipart: encodeForm(form, args) }),
    }),
  );
}

/** As React sends a form that stands behind other arguments: what it refers to comes first. */
function encodeForm(form: Record<string, string>, args: unknown[]): FormData {
  const body = new FormData();
  for (const [field, value] of Object.entries(form)) body.append(`_1_${field}`, value);
  body.append("0", JSON.stringify([...args, "$K1"]));
  return body;
}

async function answerOf(response: APIResponse): Promise<Answer> {
  const text = await response.text();
  return { status: response.status(), text: /^1:(.*)$/m.exec(text)?.[1] ?? text };
}

test("every function of the build that a browser can call is in this table", () => {
  expect([...idOf.keys()].toSorted()).toEqual([...Object.keys(actions), ...ofPayloads, ...ofLogin].toSorted());
});

for (const who of everybody) {
  test(`${who}: may call what the role allows, and nothing else`, async ({ browser, service, request: owner }) => {
    const request = who === "owner" ? owner : (await signInAs(browser, service, who)).page.request;
    for (const { label, name, args, form, allowed, answer, isOfInstance } of cells) {
      const answered = await call(request, service.url, name, args("default"), { form });
      if (allowed.includes(who)) expect.soft(answered.text, label).toMatch(answer);
      else expectRefusal(answered, who === "none" && isOfInstance !== true ? "not found" : "not allowed", label);
    }
  });
}

for (const role of ["viewer", "operator", "auditor", "admin"] as const satisfies MemberRole[]) {
  test(`${role} of one project: may do there what the role allows, and nothing elsewhere or to the instance`, async ({
    browser,
    service,
  }) => {
    const project = `of-${role}`;
    await createProject(service.ledger, project);
    const { page } = await signInAs(browser, service, "none", { [project]: role });
    for (const { label, name, args, form, allowed, answer, isOfInstance } of cells) {
      const there = await call(page.request, service.url, name, args(project), { form });
      if (allowed.includes(role) && isOfInstance !== true) expect.soft(there.text, label).toMatch(answer);
      else expectRefusal(there, "not allowed", label);
      if (isOfInstance === true || allowed.includes("none")) continue;
      expectRefusal(
        await call(page.request, service.url, name, args("default"), { form }),
        "not found",
        `${label}, elsewhere`,
      );
    }
  });
}

const NOT_FOUND = "NEXT_HTTP_ERROR_FALLBACK;404";

/** A digest for the log of the server, or that there is nothing: no word of what there is. */
function expectRefusal({ text }: Answer, why: "not allowed" | "not found", label: string): void {
  const digest = /^E\{"digest":"([^"]*)"\}$/.exec(text)?.[1];
  expect.soft(digest === undefined ? text : digest === NOT_FOUND ? "not found" : "not allowed", label).toBe(why);
}

/** A call whose arguments and result are stored. */
async function callWithPayload(ledger: Ledger): Promise<string> {
  const window = { project: "default", from: Date.now() - 7 * 86_400_000, to: Date.now() };
  const { rows } = await listCalls(ledger, { ...window, filter: { outcomes: ["ok"] }, limit: 1 });
  return rows[0]?.id ?? "";
}

for (const who of everybody) {
  test(`${who}: arguments and results are ${who === "owner" ? "given" : who === "auditor" ? "given for a reason" : "not given"}`, async ({
    browser,
    service,
    request: owner,
  }) => {
    const request = who === "owner" ? owner : (await signInAs(browser, service, who)).page.request;
    const key = { project: "default", id: await callWithPayload(service.ledger) };
    const read = async (): Promise<string[]> => [
      (await call(request, service.url, "loadPayloadTexts", [key])).text,
      (await call(request, service.url, "loadPayloadSlice", [key, "arguments", 0])).text,
      (await call(request, service.url, "loadCallRequest", [key])).text,
      (await call(request, service.url, "loadCallDetail", [key])).text,
    ];
    const shown = [/"arguments":"/, /"text":"[^"]/, /tools\/call/, /"access":"shown"/];
    const expectShown = (texts: string[], isShown: boolean): void => {
      for (const [index, text] of texts.entries()) {
        const pattern = expect.stringMatching(shown[index] ?? /never/);
        expect(text).toEqual(isShown ? pattern : expect.not.stringMatching(shown[index] ?? /never/));
      }
    };
    expectShown(await read(), who === "owner");
    await call(request, service.url, "openPayloads", ["default", "A complaint of a customer"]);
    expectShown(await read(), who === "owner" || who === "auditor");
    await call(request, service.url, "closePayloads", ["default"]);
    expectShown(await read(), who === "owner");
  });
}

test("what another site sends in the name of somebody signed in is refused", async ({ service, request }) => {
  for (const headers of [{ origin: "https://attacker.example" }, { origin: "null" }]) {
    const { status, text } = await call(request, service.url, "submitProject", [], {
      form: { name: "from-elsewhere" },
      headers,
    });
    expect(status).toBe(500);
    expect(text).not.toContain("from-elsewhere");
  }
  const { text } = await call(request, service.url, "submitProject", [], { form: { name: "not a name" } });
  expect(text).toContain('"fault"');
});

test("arguments that no page sends get an error that says nothing of the inside, and the dashboard goes on", async ({
  service,
  request,
}) => {
  const hostile: unknown[] = [
    null,
    7,
    true,
    [],
    {},
    "a".repeat(100_000),
    "\0",
    { project: "default", id: { toString: "x" } },
    { __proto__: { project: "default" }, constructor: { prototype: 1 } },
    "$Q1",
    "project=default&project=other&outcome=%00&from=-1&to=1e99",
  ];
  for (const name of [...Object.keys(actions), ...ofPayloads]) {
    for (const value of hostile) {
      const args = [value, value, value];
      const answered = await call(request, service.url, name, args);
      expect([200, 400, 404, 500], `${name}(${JSON.stringify(value).slice(0, 40)})`).toContain(answered.status);
      expect(answered.text).not.toMatch(/node_modules|\/src\/|\bat .*:\d+:\d+|select |TypeError/);
    }
  }
  expect((await request.get("/api/health")).ok()).toBe(true);
});
