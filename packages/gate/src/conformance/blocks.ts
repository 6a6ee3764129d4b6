// What the conformance suite asks a server to answer, by the names it asks for.

const PIXEL_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const SILENCE_WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

export const text = (value: string) => ({ type: "text" as const, text: value });
export const image = { type: "image" as const, data: PIXEL_PNG, mimeType: "image/png" };
export const audio = { type: "audio" as const, data: SILENCE_WAV, mimeType: "audio/wav" };
export const embedded = (uri: string, mimeType: string, value: string) => ({
  type: "resource" as const,
  resource: { uri, mimeType, text: value },
});

export const resources = {
  text: { uri: "test://static-text", mimeType: "text/plain", text: "This is the content of the static text resource." },
  binary: { uri: "test://static-binary", mimeType: "image/png", blob: PIXEL_PNG },
  fromTemplate: (uri: string, id: string) => ({
    uri,
    mimeType: "application/json",
    text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  }),
};

const message = (content: ReturnType<typeof text> | typeof image | ReturnType<typeof embedded>) => ({
  role: "user" as const,
  content,
});

export const prompts = {
  simple: () => ({ messages: [message(text("This is a simple prompt for testing."))] }),
  withArguments: (arg1: string, arg2: string) => ({
    messages: [message(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
  }),
  withResource: (uri: string) => ({
    messages: [
      message(embedded(uri, "text/plain", "Embedded resource content for testing.")),
      message(text("Please process the embedded resource above.")),
    ],
  }),
  withImage: () => ({ messages: [message(image), message(text("Please analyze the image above."))] }),
};

const titled = (words: string[]) => words.map((title, index) => ({ const: `value${index + 1}`, title }));
const untitled = ["option1", "option2", "option3"];

export const forms = {
  user: {
    type: "object" as const,
    properties: {
      username: { type: "string" as const, description: "User's response" },
      email: { type: "string" as const, description: "User's email address" },
    },
    required: ["username", "email"],
  },
  defaults: {
    type: "object" as const,
    properties: {
      name: { type: "string" as const, default: "John Doe" },
      age: { type: "integer" as const, default: 30 },
      score: { type: "number" as const, default: 95.5 },
      status: { type: "string" as const, enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean" as const, default: true },
    },
  },
  enums: {
    type: "object" as const,
    properties: {
      untitledSingle: { type: "string" as const, enum: untitled },
      titledSingle: { type: "string" as const, oneOf: titled(["First Option", "Second Option", "Third Option"]) },
      legacyEnum: {
        type: "string" as const,
        enum: ["opt1", "opt2", "opt3"],
        enumNames: ["Option One", "Option Two", "Option Three"],
      },
      untitledMulti: { type: "array" as const, items: { type: "string" as const, enum: untitled } },
      titledMulti: {
        type: "array" as const,
        items: { anyOf: titled(["First Choice", "Second Choice", "Third Choice"]) },
      },
    },
  },
};

export type Form = (typeof forms)[keyof typeof forms];

/** JSON Schema words that a server must hand on as they are. */
export const draft2020 = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object" as const,
  $defs: { address: { type: "object", properties: { street: { type: "string" }, city: { type: "string" } } } },
  properties: { name: { type: "string" }, address: { $ref: "#/$defs/address" } },
  additionalProperties: false,
};
