import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { InertText } from "./inert-text.tsx";

test("markup from outside becomes text, isolated from what stands around it", () => {
  const html = renderToStaticMarkup(<InertText text={`<img src=x onerror=alert(1)> & "x"`} />);
  expect(html).toBe("<bdi>&lt;img src=x onerror=alert(1)&gt; &amp; &quot;x&quot;</bdi>");
});

test("what cannot be seen is shown as a mark", () => {
  const html = renderToStaticMarkup(<InertText text={"a\u202eb"} />);
  expect(html).not.toContain("\u202e");
  expect(html).toContain(">RLO</span>");
});

test("a long text is cut, in its title as well", () => {
  const html = renderToStaticMarkup(<InertText text={`${"x".repeat(5000)}\u202e`} max={10} />);
  expect(html).toContain(">xxxxxxxxxx…<");
  expect(html.length).toBeLessThan(1200);
});
