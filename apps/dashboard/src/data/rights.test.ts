import { expect, test } from "vitest";
import { hasRight, rights, rightsOf, roles } from "./rights.ts";

test("no role but the owner's has both users and payloads, and none has nothing", () => {
  const both = roles.filter((role) => rightsOf[role].includes("users") && rightsOf[role].includes("payloads"));
  expect(both).toEqual(["owner"]);
  expect(rightsOf.none).toEqual([]);
});

test("the role in a project gives what is about the project, the role in the instance what is about the instance", () => {
  const allowed = (roleHere: (typeof roles)[number], instanceRole: (typeof roles)[number]) =>
    rights.filter((right) => hasRight(right, { role: roleHere, instanceRole }));
  expect(allowed("admin", "none")).toEqual(["rows", "shared_views", "access_log", "keys"]);
  expect(allowed("none", "admin")).toEqual(["users", "projects"]);
  expect(allowed("auditor", "admin")).toEqual(["rows", "payloads", "shared_views", "access_log", "users", "projects"]);
});
