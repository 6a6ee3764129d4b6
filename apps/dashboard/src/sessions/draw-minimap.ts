import { familyStyles, outcomeFamilies } from "../outcome-style.ts";
import type { MinimapBin, MinimapMark } from "./minimap-bins.ts";

export const MINIMAP_PX = 52;
const DENSITY_PX = 36;
const MARK_PX = 8;
/** Marks closer together than this would run into one another. */
const MARK_SPACING_PX = 10;

/** The colour behind each custom property, as the theme in force has it. */
function resolveColors(host: HTMLElement): (property: string) => string {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const colors = new Map<string, string>();
  for (const property of [
    ...outcomeFamilies.map((family) => familyStyles[family].color),
    "var(--soft)",
    "var(--warn)",
  ]) {
    probe.style.color = property;
    colors.set(property, getComputedStyle(probe).color);
  }
  probe.remove();
  return (property) => colors.get(property) ?? "gray";
}

/** Draws how the calls of a session ended, part by part, with the gravest mark of each below. */
export function drawMinimap(canvas: HTMLCanvasElement, bins: readonly MinimapBin[]): void {
  const host = canvas.parentElement;
  const context = canvas.getContext("2d");
  if (host === null || context === null) return;
  const color = resolveColors(host);
  const width = host.clientWidth;
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(MINIMAP_PX * scale);
  context.scale(scale, scale);
  const step = width / Math.max(bins.length, 1);

  for (const [number, bin] of bins.entries()) {
    let y = 0;
    for (const family of outcomeFamilies) {
      const share = bin.lines === 0 ? 0 : bin.families[family] / bin.lines;
      if (share === 0) continue;
      // What is rare is what somebody looks for: it is never thinner than can be seen.
      const height = Math.max(share * DENSITY_PX, family === "done" ? 0 : 3);
      context.fillStyle = color(familyStyles[family].color);
      context.fillRect(
        number * step,
        Math.min(y, DENSITY_PX - height),
        Math.max(step - (step > 4 ? 1 : 0), 0.5),
        height,
      );
      y += height;
    }
  }

  let drawnUntil = -MARK_SPACING_PX;
  for (const [number, { mark }] of bins.entries()) {
    const x = number * step + step / 2;
    if (mark === null || x - drawnUntil < MARK_SPACING_PX) continue;
    drawnUntil = x;
    const isGrave = mark === "repeat" || mark === "unknown";
    const property = isGrave ? "var(--warn)" : mark === "retry" ? "var(--soft)" : familyStyles[mark].color;
    context.strokeStyle = color(property);
    context.fillStyle = color(property);
    drawMark(context, mark, x, DENSITY_PX + 4 + MARK_PX / 2);
  }
}

/** Each mark has a shape of its own, so that it is told apart without its colour. */
function drawMark(context: CanvasRenderingContext2D, mark: MinimapMark, x: number, y: number): void {
  const half = MARK_PX / 2;
  context.lineWidth = 1.6;
  context.beginPath();
  if (mark === "repeat") {
    // A triangle, as where something needs a look.
    context.moveTo(x, y - half);
    context.lineTo(x + half, y + half);
    context.lineTo(x - half, y + half);
    context.closePath();
    context.fill();
  } else if (mark === "unknown") {
    context.moveTo(x, y - half);
    context.lineTo(x + half, y);
    context.lineTo(x, y + half);
    context.lineTo(x - half, y);
    context.closePath();
    context.stroke();
  } else if (mark === "failed") {
    context.moveTo(x - half + 1, y - half + 1);
    context.lineTo(x + half - 1, y + half - 1);
    context.moveTo(x + half - 1, y - half + 1);
    context.lineTo(x - half + 1, y + half - 1);
    context.stroke();
  } else if (mark === "refused") {
    context.rect(x - half + 1, y - half + 1, MARK_PX - 2, MARK_PX - 2);
    context.fill();
  } else {
    context.arc(x, y, half - 1, 0.4, Math.PI * 1.7);
    context.stroke();
  }
}
