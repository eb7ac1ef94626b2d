// Pointer, wheel and keys: what a person does becomes moves of the view and messages.
import { xOf } from "./draw.js";

const EDGE_PX = 6;
const CLICK_PX = 3;
const FEWEST_FRAMES = 4;

/** Move and zoom in frames, always inside the recording. */
export function clampView(start, stop, nFrames) {
  const most = Math.max(1, nFrames);
  const long = Math.min(most, Math.max(Math.min(FEWEST_FRAMES, most), stop - start));
  const begin = Math.min(most - long, Math.max(0, start + (stop - start - long) / 2));
  return { start: begin, stop: begin + long };
}

export function zoomed(view, factor, at, nFrames) {
  const centre = Math.min(view.stop, Math.max(view.start, at));
  const share = (centre - view.start) / (view.stop - view.start);
  const long = Math.min(nFrames, Math.max(FEWEST_FRAMES, (view.stop - view.start) * factor));
  return clampView(centre - share * long, centre + (1 - share) * long, nFrames);
}

export function panned(view, frames, nFrames) {
  const long = view.stop - view.start;
  const start = Math.min(nFrames - long, Math.max(0, view.start + frames));
  return { start, stop: start + long };
}

/** Frame (a real number) under a pixel, held inside the recording. */
export function frameAt(x, layout, view, nFrames) {
  const frame = view.start + ((x - layout.left) / layout.width) * (view.stop - view.start);
  return Math.min(nFrames, Math.max(0, frame));
}

/** Whole frames that a drag touched, half-open; a drag past an end takes the end. */
export function draggedSpan(from, to, nFrames) {
  const start = Math.min(nFrames - 1, Math.floor(Math.min(from, to) + 1e-6));
  return [start, Math.min(nFrames, Math.max(start + 1, Math.ceil(Math.max(from, to) - 1e-6)))];
}

/** The bad span whose edge, or inside, is at a pixel; an edge goes before the inside. */
export function spanAt(x, layout, view, bad) {
  for (const [index, [start, stop]] of bad.entries()) {
    for (const [side, frame] of [["start", start], ["stop", stop]]) {
      if (Math.abs(xOf(frame, layout, view) - x) <= EDGE_PX) return { index, side };
    }
  }
  const inside = bad.findIndex(([start, stop]) => xOf(start, layout, view) <= x && x <= xOf(stop, layout, view));
  return inside < 0 ? null : { index: inside, side: null };
}

/** Join the pointer to a picture (see view.js for what it offers). */
export function listenToPointer(picture, canvas) {
  let drag = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !picture.isReady()) return;
    picture.focus();
    const { x } = place(event);
    const hit = spanAt(x, picture.layout, picture.view, picture.look.bad);
    const frame = frameAt(x, picture.layout, picture.view, picture.held.nFrames);
    const kind = !picture.look.marking ? "pan" : hit?.side ? "resize" : "mark";
    drag = { kind, x, frame, hit, view: { ...picture.view }, isMoved: false };
    if (kind === "resize") {
      const span = picture.look.bad[hit.index];
      drag.fixed = hit.side === "start" ? span[1] : span[0];
      drag.span = [...span];
    }
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });

  canvas.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (!picture.isReady()) return;
    if (!drag) {
      const hit = picture.look.marking && spanAt(at.x, picture.layout, picture.view, picture.look.bad);
      canvas.style.cursor = hit?.side ? "ew-resize" : picture.look.marking ? "crosshair" : "grab";
      picture.pointTo(at);
      return;
    }
    drag.isMoved ||= Math.abs(at.x - drag.x) > CLICK_PX;
    if (!drag.isMoved) return;
    const { nFrames } = picture.held;
    if (drag.kind === "pan") {
      const perPixel = (drag.view.stop - drag.view.start) / picture.layout.width;
      picture.lookAt(panned(drag.view, (drag.x - at.x) * perPixel, nFrames));
    } else {
      const from = drag.kind === "resize" ? drag.fixed : drag.frame;
      drag.draft = draggedSpan(from, frameAt(at.x, picture.layout, picture.view, nFrames), nFrames);
      picture.showDraft(drag.draft);
    }
    picture.pointTo(at);
  });

  const finish = (event, isDone) => {
    if (!drag) return;
    const { kind, hit, isMoved, draft, span } = drag;
    drag = null;
    if (!isMoved) {
      picture.showDraft(null);
      if (isDone) picture.select(hit ? hit.index : null);
    } else if (kind !== "pan" && draft) {
      if (!isDone) picture.showDraft(null);
      else if (kind === "resize") picture.send("resize", { index: hit.index, span, start: draft[0], stop: draft[1] });
      else picture.send("mark", { start: draft[0], stop: draft[1] });
    }
    picture.pointTo(place(event));
  };
  canvas.addEventListener("pointerup", (event) => finish(event, true));
  canvas.addEventListener("pointercancel", (event) => finish(event, false));
  canvas.addEventListener("pointerleave", () => !drag && picture.pointTo(null));
  picture.isDragging = () => drag !== null;
  picture.abandonDrag = () => {
    drag = null;
    picture.showDraft(null);
  };

  canvas.addEventListener("dblclick", (event) => {
    const frame = frameAt(place(event).x, picture.layout, picture.view, picture.held.nFrames);
    const index = picture.look.proposals.findIndex((hint) => hint.start <= frame && frame <= hint.stop);
    if (index >= 0) picture.send("proposal", { index });
  });

  canvas.addEventListener("wheel", (event) => {
    if (!picture.isReady()) return;
    if (!picture.hasFocus()) {
      picture.say("Click the picture first; the wheel then zooms, with Shift it scrolls.");
      return;
    }
    event.preventDefault();
    const long = picture.view.stop - picture.view.start;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    const lines = event.deltaMode === 1 ? 30 : 1;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      picture.move((sideways * lines * long) / 1000);
    } else {
      const frame = frameAt(place(event).x, picture.layout, picture.view, picture.held.nFrames);
      picture.zoom(1.0015 ** (event.deltaY * lines), frame);
    }
  }, { passive: false });
}

/** What each key does, by its name in keys.js. Keys with Ctrl, Alt or Cmd are not ours. */
function keyTable(picture) {
  const long = () => picture.view.stop - picture.view.start;
  const ends = () => picture.held.nFrames;
  return [
    ["left", ["ArrowLeft"], () => picture.move(-0.2 * long())],
    ["right", ["ArrowRight"], () => picture.move(0.2 * long())],
    ["first", ["Home"], () => picture.move(-ends())],
    ["last", ["End"], () => picture.move(ends())],
    ["in", ["+", "="], () => picture.zoom(0.5)],
    ["out", ["-", "_"], () => picture.zoom(2)],
    ["all", ["0"], () => picture.lookAt({ start: 0, stop: ends() })],
    ["up", ["ArrowUp"], () => picture.send("scroll", { rows: -1 })],
    ["down", ["ArrowDown"], () => picture.send("scroll", { rows: 1 })],
    ["before", ["PageUp"], () => picture.send("scroll", { rows: -picture.held.labels.length })],
    ["after", ["PageDown"], () => picture.send("scroll", { rows: picture.held.labels.length })],
    ["mark", ["b", "B"], () => picture.toggleMarking()],
    ["next", ["n"], () => picture.stepSelection(1)],
    ["previous", ["p"], () => picture.stepSelection(-1)],
    ["remove", ["Delete", "Backspace"], () => picture.removeSelected()],
    ["cursor-left", ["Shift+ArrowLeft"], () => picture.moveCursor(-1)],
    ["cursor-right", ["Shift+ArrowRight"], () => picture.moveCursor(1)],
    ["span", ["Enter"], () => picture.markAtCursor()],
    ["give-up", ["Escape"], () => picture.giveUp()],
    ["unit", ["t", "T"], () => picture.toggleUnit()],
    ["scale", ["y", "Y"], () => picture.toggleScale()],
    ["taller", ["]"], () => picture.stretch(1.5)],
    ["flatter", ["["], () => picture.stretch(1 / 1.5)],
  ];
}

/** Keys act while the picture, or something in it, has the focus; no other listener hears them. */
export function listenToKeys(picture, root) {
  const actions = new Map();
  for (const [, keys, action] of keyTable(picture)) keys.forEach((key) => actions.set(key, action));
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isButton = event.target.closest("button, summary") !== null;
    if (!(event.key === "?" && root.closest(".dw-panel"))) event.stopPropagation();
    if (isButton && (event.key === "Enter" || event.key === " ")) return;
    const isArrow = event.shiftKey && event.key.startsWith("Arrow");
    const action = actions.get(isArrow ? `Shift+${event.key}` : event.key);
    if (!action || !picture.isReady()) return;
    event.preventDefault();
    action();
  });
}
