import { namesCalls, speaksV1, type Persona } from "./persona.ts";

const topics = ["cold brew", "tidal power", "Byzantine fault tolerance", "sourdough", "heat pumps"] as const;

/** Reads, takes notes, and tries what the reference server offers. */
export const researcher: Persona = {
  name: "researcher",
  hosts: ["claude-code", "opencode", "vscode"],
  episodes: [
    {
      name: "notes in files",
      async play(session) {
        const folder = `notes/${session.number}`;
        const topic = session.random.pick(topics);
        await session.call("files", "list_directory", { path: folder });
        await session.call("files", "write_file", {
          path: `${folder}/plan.md`,
          content: `# ${topic}\n\n- sources\n- open questions\n`,
        });
        await session.call("files", "read_file", { path: `${folder}/plan.md` });
        await session.call("files", "write_file", {
          path: `${folder}/draft.md`,
          content: `${topic} is a wide field.\n`,
        });
        await session.call("files", "list_directory", { path: folder });
        await session.call("files", "delete_file", { path: `${folder}/plan.md` });
        await session.call("files", "read_file", { path: `${folder}/plan.md` });
      },
    },
    {
      name: "file outside the folder",
      async play(session) {
        const answer = await session.call("files", "read_file", { path: "../../etc/passwd" });
        if (answer.seen !== "ok") await session.call("files", "list_directory", { path: "." });
      },
    },
    {
      name: "research as a task",
      fits: speaksV1,
      async play(session) {
        const topic = session.random.pick(topics);
        await session.call("everything", "simulate-research-query", { topic, ambiguous: false }, { asTask: true });
        await session.call("everything", "echo", { message: `waiting for ${topic}` });
      },
    },
    {
      name: "tour of the reference server",
      async play(session) {
        await session.call("everything", "echo", { message: "hello" });
        const answer = await session.call("everything", "get-sum", { a: "12", b: "30" });
        if (answer.seen !== "ok") await session.call("everything", "get-sum", { a: 12, b: 30 });
        await session.call("everything", "get-structured-content", {
          location: session.random.pick(["New York", "Chicago", "Los Angeles"]),
        });
        await session.call("everything", "get-tiny-image", {});
        await session.call(
          "everything",
          "trigger-long-running-operation",
          { duration: 0.2, steps: 2 },
          { onProgress: () => undefined },
        );
      },
    },
    {
      name: "draft that grows",
      async play(session) {
        const path = `drafts/${session.number}.md`;
        let content = `# ${session.random.pick(topics)}\n`;
        for (let paragraph = 1; paragraph <= 3; paragraph++) {
          content += `\nParagraph ${paragraph}: ${session.random.text(40)}\n`;
          await session.call("files", "write_file", { path, content });
        }
        await session.call("files", "read_file", { path });
        await session.call("files", "read_file", { path });
      },
    },
    {
      name: "file named without its folder",
      fits: namesCalls,
      async play(session) {
        const answer = await session.call("files", "read_file", { file: "README.md" });
        if (answer.seen !== "ok") await session.call("files", "read_file", { path: "README.md" });
      },
    },
  ],
};
