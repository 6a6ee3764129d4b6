import { createHash } from "node:crypto";
import { canonicalJson, CanonicalJsonError, type Mutability, type MutabilitySource } from "@tachograph/record";
import type { ToolOptions } from "./options.ts";

/** A tool as `registerTool` of either SDK returns it. */
export interface RegisteredTool {
  enabled?: boolean;
  title?: string;
  description?: string;
  inputSchema?: unknown;
  outputSchema?: unknown;
  annotations?: unknown;
}

/** A tool as `tools/list` shows it. */
export interface ListedTool {
  name: string;
  title?: unknown;
  description?: unknown;
  inputSchema?: unknown;
  outputSchema?: unknown;
  annotations?: unknown;
}

export interface Contract {
  hash: string;
  /** Canonical JSON of what the hash covers. */
  definition: string;
}

export interface ToolFacts {
  mutability: Mutability;
  mutabilitySource: MutabilitySource;
  contract: Contract | null;
}

interface StandardSchema {
  "~standard"?: {
    jsonSchema?: Record<"input" | "output", (options: { target: string }) => unknown>;
    validate?: (value: unknown) => unknown;
  };
}

const contractsBySchema = new WeakMap<object, Map<string, Contract | null>>();
/** Schemas that a server makes anew for each call must not pile up under one long-lived schema. */
const MAX_CONTRACTS_PER_SCHEMA = 64;

/** The contracts that one server offers: from its own registrations, else from what its `tools/list` answers. */
export class Contracts {
  readonly #options: Record<string, ToolOptions>;
  readonly #registered = new Map<string, RegisteredTool>();
  #listed: Map<string, ListedTool> | undefined;
  readonly #listedContracts = new Map<string, Contract | null>();

  constructor(options: Record<string, ToolOptions> = {}) {
    this.#options = options;
  }

  /** Whether the server registers its tools one by one, so that a name that is missing here is no tool. */
  get isRegistry(): boolean {
    return this.#registered.size > 0;
  }

  get hasListing(): boolean {
    return this.#listed !== undefined;
  }

  register(name: string, tool: RegisteredTool): void {
    this.#registered.set(name, tool);
  }

  unregister(name: string): void {
    this.#registered.delete(name);
  }

  /** Takes what a `tools/list` answered; a later page adds to the earlier ones. */
  list(tools: unknown): void {
    if (!Array.isArray(tools)) return;
    this.#listed ??= new Map();
    for (const tool of tools as unknown[]) {
      const name = typeof tool === "object" && tool !== null ? (tool as Partial<ListedTool>).name : undefined;
      if (typeof name !== "string") continue;
      this.#listed.set(name, tool as ListedTool);
      this.#listedContracts.delete(name);
    }
  }

  /** `false` where there certainly is no such tool, or it is switched off; `undefined` where only the server knows. */
  offers(name: string): boolean | undefined {
    if (this.isRegistry) {
      const tool = this.#registered.get(name);
      return tool !== undefined && tool.enabled !== false;
    }
    return this.#listed?.has(name);
  }

  inputSchemaOf(name: string): unknown {
    return this.#registered.get(name)?.inputSchema;
  }

  factsOf(name: string | null): ToolFacts {
    const tool = name === null ? undefined : (this.#registered.get(name) ?? this.#listed?.get(name));
    const declared = name === null || !Object.hasOwn(this.#options, name) ? undefined : this.#options[name]?.mutability;
    const contract = name === null || tool === undefined ? null : this.#contractOf(name, tool);
    if (declared !== undefined) return { mutability: declared, mutabilitySource: "declared", contract };
    const annotated = annotatedMutability(tool?.annotations);
    return annotated === null
      ? { mutability: "mutating", mutabilitySource: "default", contract }
      : { mutability: annotated, mutabilitySource: "annotation", contract };
  }

  #contractOf(name: string, tool: RegisteredTool | ListedTool): Contract | null {
    const registered = this.#registered.get(name);
    if (registered === undefined) {
      const known = this.#listedContracts.get(name);
      if (known !== undefined) return known;
      const contract = contractFrom(name, tool, tool.inputSchema, tool.outputSchema);
      this.#listedContracts.set(name, contract);
      return contract;
    }
    const own = JSON.stringify([name, registered.title, registered.description, registered.annotations, this.#listed === undefined]);
    const schema = isObject(registered.inputSchema) ? registered.inputSchema : registered;
    const cached = contractsBySchema.get(schema) ?? new Map<string, Contract | null>();
    contractsBySchema.set(schema, cached);
    const known = cached.get(own);
    if (known !== undefined) return known;
    const listed = this.#listed?.get(name);
    const contract = contractFrom(
      name,
      registered,
      jsonSchemaOf(registered.inputSchema, "input") ?? listed?.inputSchema,
      jsonSchemaOf(registered.outputSchema, "output") ?? listed?.outputSchema,
    );
    if (cached.size >= MAX_CONTRACTS_PER_SCHEMA) cached.clear();
    cached.set(own, contract);
    return contract;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Standard Schema's own conversion, which zod has from 4.2 on; undefined where a schema cannot say. */
function jsonSchemaOf(schema: unknown, direction: "input" | "output"): unknown {
  if (!isObject(schema)) return undefined;
  try {
    return (schema as StandardSchema)["~standard"]?.jsonSchema?.[direction]({ target: "draft-2020-12" });
  } catch {
    return undefined;
  }
}

function contractFrom(name: string, tool: RegisteredTool | ListedTool, inputSchema: unknown, outputSchema: unknown): Contract | null {
  try {
    const { title, description, annotations } = tool;
    const definition = canonicalJson({ name, title, description, inputSchema, outputSchema, annotations });
    return { definition, hash: createHash("sha256").update(definition).digest("hex") };
  } catch (error) {
    if (error instanceof CanonicalJsonError) return null;
    throw error;
  }
}

function annotatedMutability(annotations: unknown): Mutability | null {
  if (!isObject(annotations)) return null;
  const { readOnlyHint, destructiveHint } = annotations;
  if (readOnlyHint === true) return "read";
  if (destructiveHint === true) return "destructive";
  return readOnlyHint === false || destructiveHint === false ? "mutating" : null;
}
