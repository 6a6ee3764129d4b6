import type { ErrorObject } from "ajv";
import { isNode } from "../json-schema-node.ts";

/**
 * A value that fits no branch of a union breaks each of them in its own way. Where it is plain which branch was meant,
 * its errors are told; else the union's own. Items of which none is the wanted one are no errors either.
 */
export function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const told: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword !== "anyOf" && error.keyword !== "oneOf" && error.keyword !== "contains") {
      told.push(error);
      continue;
    }
    // The errors of its branches stand directly before a union's own.
    let start = told.length;
    while (start > 0 && isWithin(told[start - 1] as ErrorObject, error)) start--;
    const meant = meantBranch(error, told.splice(start));
    told.push(...(meant ?? [error]));
  }
  return told;
}

function isWithin(inner: ErrorObject, union: ErrorObject): boolean {
  if (inner.instancePath !== union.instancePath && !inner.instancePath.startsWith(`${union.instancePath}/`))
    return false;
  if (inner.schemaPath.startsWith(`${union.schemaPath}/`)) return true;
  const parent = union.schemaPath.slice(0, union.schemaPath.lastIndexOf("/") + 1);
  const isBeside = inner.schemaPath.startsWith(parent) && !/^#\/(?:\$defs|definitions)\//.test(inner.schemaPath);
  return !isBeside || refsOf(union).some((ref) => ref !== undefined && inner.schemaPath.startsWith(`${ref}/`));
}

const branchesOf = (union: ErrorObject): unknown[] => (Array.isArray(union.schema) ? (union.schema as unknown[]) : []);
const refsOf = (union: ErrorObject): (string | undefined)[] =>
  branchesOf(union).map((branch) =>
    isNode(branch) && typeof branch["$ref"] === "string" ? branch["$ref"] : undefined,
  );

/** The errors of the one branch that the value is of the right kind for. */
function meantBranch(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[] | undefined {
  const refs = refsOf(union);
  const groups = branchesOf(union).map((_, index) =>
    errors.filter(
      ({ schemaPath }) =>
        schemaPath.startsWith(`${union.schemaPath}/${index}/`) ||
        (refs[index] !== undefined && schemaPath.startsWith(`${refs[index]}/`)),
    ),
  );
  const fitting = groups.filter((group) => group.length > 0 && !group.some((error) => rulesOut(error, union)));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** It is another type of value, or it says itself that it is another kind of object. */
function rulesOut({ keyword, instancePath, schema }: ErrorObject, union: ErrorObject): boolean {
  if (instancePath === union.instancePath) return keyword === "type" || keyword === "const" || keyword === "enum";
  const isMember = instancePath.lastIndexOf("/") === union.instancePath.length;
  return isMember && (keyword === "const" || (keyword === "enum" && Array.isArray(schema) && schema.length === 1));
}
