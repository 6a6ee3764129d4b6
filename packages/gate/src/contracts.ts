import { createHash } from "node:crypto";
import { canonicalJson, CanonicalJsonError, type Mutability, type MutabilitySource } from "@tachograph/record";
import type { ToolOptions } from "./options.ts";
import { createValidator } from "./validation/create-validator.ts";
import { jsonSchemaOf, type Direction } from "./validation/json-schema-of.ts";
import type { Validator } from "./validation/validator.ts";
import { isObject } from "./is-object.ts";

/** A tool as `registerTool` of either SDK returns it. */
export interface RegisteredTool {
  enabled?: boolean;
  title?: unknown;
  description?: unknown;
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

/** How soon a server that did not answer, or did not have a tool, is asked again. */
const ASK_AGAIN_MS = 1_000;
const MAX_ASKING_MS = 2_000;
const MAX_PAGES = 100;

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

const contractsBySchema = new WeakMap<object, Map<string, { outputSchema: unknown; contract: Contract | null }>>();
/** Schemas that a server makes anew for each call must not pile up under one long-lived schema. */
const MAX_CONTRACTS_PER_SCHEMA = 64;

/** The contracts that one server offers: from its own registrations, else from what its `tools/list` answers. */
export class Contracts {
  readonly #options: Record<string, ToolOptions>;
  readonly #registered = new Map<string, RegisteredTool>();
  #listed: Map<string, ListedTool> | undefined;
  #lister: ((cursor: unknown, extra: unknown) => unknown) | undefined;
  #asking: Promise<void> | undefined;
  #askAgainAt = 0;
  /** Whether all pages were seen, so that a name that is missing is no tool. */
  #complete = false;
  readonly #facts = new Map<string, KnownFacts>();
  readonly #validators: Record<Direction, WeakMap<object, Validator>> = { input: new WeakMap(), output: new WeakMap() };

  constructor(options: Record<string, ToolOptions> = {}) {
    this.#options = options;
  }

  /** Whether the server registers its tools one by one, so that a name that is missing here is no tool. */
  get isRegistry(): boolean {
    return this.#registered.size > 0;
  }

  /** Gives the server's own `tools/list` handler. */
  listWith(lister: (cursor: unknown, extra: unknown) => unknown): void {
    this.#lister = lister;
  }

  /**
   * Asks the server what it offers, unless it was asked or a client was told; once more where it is asked for a tool that
   * was not there then. Its failure is its own affair.
   */
  async learn(extra: unknown, name?: string): Promise<void> {
    const known = name === undefined ? this.#listed !== undefined : this.#listed?.has(name) === true;
    if (known || this.#lister === undefined || performance.now() < this.#askAgainAt) return;
    this.#asking ??= this.#ask(extra).finally(() => {
      this.#asking = undefined;
      this.#askAgainAt = performance.now() + ASK_AGAIN_MS;
    });
    await within(MAX_ASKING_MS, this.#asking);
  }

  async #ask(extra: unknown): Promise<void> {
    try {
      let cursor: unknown;
      for (let page = 0; page < MAX_PAGES; page++) {
        const result: unknown = await this.#lister?.(cursor, extra);
        if (!isObject(result)) return;
        this.list(result["tools"]);
        cursor = result["nextCursor"];
        if (typeof cursor !== "string") {
          this.#complete = Array.isArray(result["tools"]);
          return;
        }
      }
    } catch {
      // Whoever asked for a tool is told what the server says.
    }
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
    }
  }

  /** `false` where there certainly is no such tool, or it is switched off; `undefined` where only the server knows. */
  offers(name: string): boolean | undefined {
    if (this.isRegistry) {
      const tool = this.#registered.get(name);
      return tool !== undefined && tool.enabled !== false;
    }
    return this.#listed?.has(name) === true ? true : this.#complete ? false : undefined;
  }

  /** Whether all that the server offers is known. */
  get isComplete(): boolean {
    return this.isRegistry || this.#complete;
  }

  /** Names of the tools that a client may call now. */
  names(): string[] {
    if (!this.isRegistry) return [...(this.#listed?.keys() ?? [])];
    return [...this.#registered].filter(([, { enabled }]) => enabled !== false).map(([name]) => name);
  }

  /** A tool that the server registered, and whose arguments and results it therefore validates itself. */
  registeredTool(name: string): RegisteredTool | undefined {
    return this.#registered.get(name);
  }

  /** A side of a tool's contract as a client sees it; undefined where it has none or cannot be shown. */
  jsonSchemaOf(name: string, direction: Direction): unknown {
    const schema = this.#schemaOf(name, direction);
    const own = schema === undefined ? undefined : jsonSchemaOf(schema, direction);
    if (own !== undefined || schema === undefined) return own;
    const listed = this.#listedNow(name);
    return direction === "input" ? listed?.inputSchema : listed?.outputSchema;
  }

  /** @throws {TypeError} where a JSON Schema cannot be used. */
  validatorOf(name: string, direction: Direction): Validator | undefined {
    const schema = this.#schemaOf(name, direction);
    if (schema === undefined) return undefined;
    const known = this.#validators[direction].get(schema as object);
    if (known !== undefined) return known;
    const jsonSchema = jsonSchemaOf(schema, direction) === undefined ? this.jsonSchemaOf(name, direction) : undefined;
    const validator = createValidator(schema, { direction, ...(jsonSchema === undefined ? {} : { jsonSchema }) });
    if (validator !== undefined) this.#validators[direction].set(schema as object, validator);
    return validator;
  }

  #schemaOf(name: string, direction: Direction): unknown {
    const tool = this.#registered.get(name) ?? this.#listed?.get(name);
    const schema = direction === "input" ? tool?.inputSchema : tool?.outputSchema;
    return isObject(schema) || typeof schema === "function" ? schema : undefined;
  }

  /** What is known of a tool now; its contract may change while the server runs. */
  factsOf(name: string | null): ToolFacts {
    if (name === null) return UNKNOWN_TOOL;
    const registered = this.#registered.get(name);
    const tool = registered ?? this.#listed?.get(name);
    const known = this.#facts.get(name);
    if (known !== undefined && known.tool === tool && sameContract(known, tool)) return known.facts;
    const facts = this.#findFacts(name, tool, registered);
    if (tool !== undefined) {
      // Names are the client's to invent; only those of real tools are worth keeping.
      const { title, description, annotations, inputSchema, outputSchema } = tool;
      this.#facts.set(name, { facts, tool, title, description, annotations, inputSchema, outputSchema });
    }
    return facts;
  }

  #findFacts(
    name: string,
    tool: RegisteredTool | ListedTool | undefined,
    registered: RegisteredTool | undefined,
  ): ToolFacts {
    const own = Object.hasOwn(this.#options, name) ? this.#options[name] : undefined;
    // Who asks for `once` says that the tool acts: no annotation of the server's switches that off.
    const asksForOnce = own?.once !== undefined && own.once !== false;
    const declared = own?.mutability ?? (asksForOnce ? "mutating" : undefined);
    const contract = registered ? this.#registeredContract(name, registered) : listedContract(name, tool);
    if (declared !== undefined) return { mutability: declared, mutabilitySource: "declared", contract };
    const annotated = annotatedMutability(tool?.annotations);
    return annotated === null
      ? { mutability: "mutating", mutabilitySource: "default", contract }
      : { mutability: annotated, mutabilitySource: "annotation", contract };
  }

  /** The tool as the SDK lists it, for schemas that cannot convert themselves: an McpServer answers at once. */
  #listedNow(name: string): ListedTool | undefined {
    try {
      const result = this.#lister?.(undefined, {});
      if (isObject(result) && typeof result["then"] !== "function") this.list(result["tools"]);
    } catch {
      // A schema that the SDK cannot convert either.
    }
    return this.#listed?.get(name);
  }

  /** Found again by its schema, since a stateless server registers the same tools for each request. */
  #registeredContract(name: string, tool: RegisteredTool): Contract | null {
    const { title, description, annotations, inputSchema, outputSchema } = tool;
    const schema = isObject(inputSchema) ? inputSchema : tool;
    const own = JSON.stringify([name, title, description, annotations]);
    const cached =
      contractsBySchema.get(schema) ?? new Map<string, { outputSchema: unknown; contract: Contract | null }>();
    contractsBySchema.set(schema, cached);
    const known = cached.get(own);
    if (known !== undefined && known.outputSchema === outputSchema) return known.contract;
    const input = inputSchema === undefined ? undefined : jsonSchemaOf(inputSchema, "input");
    const output = outputSchema === undefined ? undefined : jsonSchemaOf(outputSchema, "output");
    const untold =
      (inputSchema !== undefined && input === undefined) || (outputSchema !== undefined && output === undefined);
    const listed = untold ? this.#listedNow(name) : undefined;
    const contract = contractFrom(name, tool, input ?? listed?.inputSchema, output ?? listed?.outputSchema);
    if (cached.size >= MAX_CONTRACTS_PER_SCHEMA) cached.clear();
    cached.set(own, { outputSchema, contract });
    return contract;
  }
}

interface KnownFacts extends RegisteredTool {
  facts: ToolFacts;
  tool: RegisteredTool | ListedTool | undefined;
}

const sameContract = (known: KnownFacts, tool: RegisteredTool | ListedTool | undefined): boolean =>
  known.title === tool?.title &&
  known.description === tool?.description &&
  known.annotations === tool?.annotations &&
  known.inputSchema === tool?.inputSchema &&
  known.outputSchema === tool?.outputSchema;

const UNKNOWN_TOOL: ToolFacts = { mutability: "mutating", mutabilitySource: "default", contract: null };

function contractFrom(
  name: string,
  tool: RegisteredTool | ListedTool,
  inputSchema: unknown,
  outputSchema: unknown,
): Contract | null {
  try {
    const { title, description, annotations } = tool;
    const definition = canonicalJson({ name, title, description, inputSchema, outputSchema, annotations });
    return { definition, hash: createHash("sha256").update(definition).digest("hex") };
  } catch (error) {
    if (error instanceof CanonicalJsonError) return null;
    throw error;
  }
}

const listedContract = (name: string, tool: RegisteredTool | ListedTool | undefined): Contract | null =>
  tool === undefined ? null : contractFrom(name, tool, tool.inputSchema, tool.outputSchema);

function annotatedMutability(annotations: unknown): Mutability | null {
  if (!isObject(annotations)) return null;
  const { readOnlyHint, destructiveHint } = annotations;
  if (readOnlyHint === true) return "read";
  if (destructiveHint === true) return "destructive";
  return readOnlyHint === false || destructiveHint === false ? "mutating" : null;
}
