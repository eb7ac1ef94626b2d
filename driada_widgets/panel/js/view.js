// The widget: joins the model's traits, the canvases and the gestures.
import { frameText, markText, numberText, spanText, valueText } from "./scale.js";
import { drawBad, drawBack, isCut, layOut, readTheme, xOf } from "./draw.js";
import { drawLines } from "./lines.js";
import { clampView, draggedSpan, frameAt, listenToKeys, listenToPointer, panned, zoomed } from "./gestures.js";
import { heldOf } from "./held.js";
import { overlayWords } from "./overlay.js";
import { buildPage } from "./page.js";

const LOST_ANSWER_MS = 4000;
const QUICK_ANSWER_MS = 50; // one that comes within is drawn at once, not after what is held
const REST_MS = 200;
const TRACE_PX = 21;
const FEATURE_PX = 38;

/** The same words again would be laid out again. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** What the layout depends on; whether a feature is discrete is not of it. */
const namesOf = ({ labels, features }) => JSON.stringify([labels, features.map(({ name, units }) => [name, units])]);

class Picture {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.held = null;
    this.view = { start: 0, stop: 1 };
    this.look = { bad: [], proposals: [], selected: null, marking: false, unit: "s", ownScale: false, gain: 1 };
    this.draft = null;
    this.cursor = null;
    this.anchor = null;
    this.asked = { id: Math.floor(Math.random() * 1e9), at: 0, key: "" };
    this.drawn = 0;
    Object.assign(this, buildPage(this));
    listenToPointer(this, this.top);
    listenToKeys(this, root);
    this.watch();
    this.adopt();
    this.adoptLook();
  }

  // --- joined to the model and the page -----------------------------------------------------------

  watch() {
    const { model } = this;
    this.heard = [
      ["change:rev", () => this.adopt()],
      ["change:jump", () => queueMicrotask(() => this.jump())], // after the data of the same message
      ["change:bad change:proposals change:selected change:marked change:marking change:time_unit", () => this.adoptLook()],
    ];
    for (const [events, action] of this.heard) model.on(events, action);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.stage);
    this.themes = new MutationObserver(() => this.redraw());
    this.themes.observe(document.body, { attributes: true });
    this.themes.observe(document.documentElement, { attributes: true });
  }

  remove() {
    for (const [events, action] of this.heard) this.model.off(events, action);
    // Shown again, in this page, it begins where it was left.
    if (this.held) this.model.set("window", this.seen());
    this.sizes.disconnect();
    this.themes.disconnect();
    clearTimeout(this.timer);
    clearTimeout(this.later);
    clearTimeout(this.restTimer);
    cancelAnimationFrame(this.frame);
  }

  // --- what the model holds ---------------------------------------------------------------------

  adopt() {
    if (!this.model.get("rev")) return;
    const before = this.held;
    this.held = heldOf(this.model);
    this.tellOverlay();
    if (this.held.answered === this.asked.id) this.asked.at = 0;
    else if (this.root.dataset.answered === String(this.held.answered)) this.asked.key = ""; // unasked
    this.root.dataset.answered = String(this.held.answered);
    const rows = TRACE_PX * this.held.labels.length + FEATURE_PX * this.held.features.length;
    this.stage.style.height = `${Math.min(760, Math.max(200, rows + 44))}px`;
    if (!before) this.jump();
    if (!before || namesOf(before) !== namesOf(this.held)) this.resize();
    this.lookAt(this.view);
    if (this.isReady()) this.paint(); // an answer is not kept waiting for the next frame
  }

  jump() {
    const [start, stop] = this.model.get("window");
    if (this.held && stop > start) this.lookAt({ start, stop });
  }

  adoptLook() {
    const get = (name) => this.model.get(name);
    Object.assign(this.look, { bad: get("bad"), proposals: get("proposals"), selected: get("selected"), marked: get("marked"), marking: get("marking"), unit: get("time_unit") });
    if (!this.isDragging()) this.draft = null; // what comes meanwhile does not end a drag
    this.redraw();
  }

  // --- moves ------------------------------------------------------------------------------------

  isReady() { return this.held !== null && this.layout !== undefined; }
  long() { return this.view.stop - this.view.start; }
  focus() { this.root.focus({ preventScroll: true }); }
  hasFocus() { return this.root.contains(document.activeElement); }
  move(frames) { this.lookAt(panned(this.view, frames, this.held.nFrames)); }

  zoom(factor, at = this.cursor ?? (this.view.start + this.view.stop) / 2) {
    this.lookAt(zoomed(this.view, factor, at, this.held.nFrames));
  }

  lookAt(view) {
    this.view = clampView(view.start, view.stop, this.held.nFrames);
    this.ask();
    if (!this.isReady()) return;
    this.noteView();
    const wait = this.asked.at && !this.isFresh() ? this.asked.at + QUICK_ANSWER_MS - performance.now() : 0;
    if (wait > 0) this.later ??= setTimeout(() => this.redraw(), wait);
    else this.redraw();
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.tellView(), REST_MS);
  }

  seen() { return [Math.floor(this.view.start), Math.ceil(this.view.stop)]; }

  /** Python learns what is seen also where it need not send anything for it. */
  tellView() {
    if (this.seen().join() === this.model.get("window").join()) return;
    this.model.send({ event: "view", view: this.seen() });
  }

  /** Frames and columns that the picture wants: the view and half as much on either side. */
  wanted() {
    const { nFrames, labels, features } = this.held;
    const pixels = Math.max(50, Math.round(this.layout.width * this.ratio));
    const step = Math.max(1, Math.ceil(this.long() / pixels));
    const margin = this.long() / 2;
    const start = Math.max(0, Math.floor((this.view.start - margin) / step) * step);
    const stop = Math.min(nFrames, Math.ceil((this.view.stop + margin) / step) * step);
    return { start, stop, columns: Math.ceil((stop - start) / step), step, rows: labels.length + features.length };
  }

  isFresh() {
    const { start, step, n, nFrames } = this.held;
    const stop = Math.min(nFrames, start + n * step);
    return step <= this.wanted().step && start <= this.view.start && stop >= Math.min(nFrames, Math.ceil(this.view.stop));
  }

  /** Whether the next pan would run out of what is held. */
  isRich() {
    const { start, step, n, nFrames } = this.held;
    const spare = this.long() / 4;
    return this.isFresh() && start <= Math.max(0, this.view.start - spare) && start + n * step >= Math.min(nFrames, this.view.stop + spare);
  }

  /** Ask for what is wanted, one wish at a time; the latest wins when the answer comes. */
  ask() {
    if (!this.isReady()) return;
    const now = performance.now();
    if (this.asked.at && now - this.asked.at < LOST_ANSWER_MS) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), LOST_ANSWER_MS);
      return;
    }
    const wish = this.wanted();
    const key = `${wish.start},${wish.stop},${wish.columns}`;
    if (key === this.asked.key || this.isRich()) return;
    this.asked = { id: this.asked.id + 1, at: now, key };
    this.root.dataset.asked = String(this.asked.id);
    this.model.send({ event: "window", id: this.asked.id, start: wish.start, stop: wish.stop, columns: wish.columns, view: this.seen() });
  }

  send(event, values) {
    this.model.send({ event, ...values });
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.showDraft(null), 2000);
  }

  // --- gestures that change more than the view ----------------------------------------------------

  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  toggleMarking() { this.set("marking", !this.look.marking); }
  toggleUnit() { this.set("time_unit", this.look.unit === "s" ? "frames" : "s"); }

  toggleScale() {
    this.look.ownScale = !this.look.ownScale;
    this.redraw();
  }

  stretch(factor) {
    this.look.gain = Math.min(50, Math.max(0.05, this.look.gain * factor));
    this.redraw();
  }

  select(index) {
    if (index === this.look.selected || (index === null && this.look.selected === null)) return;
    this.set("selected", index); // a trait: a late answer to an earlier choice cannot undo this one
  }

  stepSelection(direction) {
    const { bad, selected } = this.look;
    if (!bad.length) return this.say("No bad frames are marked.");
    const next = selected === null ? (direction > 0 ? 0 : bad.length - 1) : (selected + direction + bad.length) % bad.length;
    const [start, stop] = bad[next];
    this.select(next);
    if (start < this.view.start || stop > this.view.stop) {
      const long = Math.max(this.long(), 1.5 * (stop - start));
      this.lookAt({ start: (start + stop - long) / 2, stop: (start + stop + long) / 2 });
    }
    return this.say(`Selected bad ${markText(start, stop, this.held.fps)}.`);
  }

  removeSelected() {
    const { bad, selected } = this.look;
    if (selected === null) return this.say("Nothing is selected: click a bad span, or press N.");
    return this.send("remove", { index: selected, span: bad[selected] });
  }

  moveCursor(direction) {
    const step = this.wanted().step;
    const from = this.cursor ?? Math.floor((this.view.start + this.view.stop) / 2);
    this.cursor = Math.min(this.held.nFrames - 1, Math.max(0, from + direction * step));
    if (this.cursor < this.view.start) this.move(this.cursor - this.view.start);
    if (this.cursor + 1 > this.view.stop) this.move(this.cursor + 1 - this.view.stop);
    if (this.anchor !== null) this.draft = draggedSpan(this.anchor, this.cursor + 0.5, this.held.nFrames);
    this.paintTop();
    this.say(this.cursorText());
  }

  markAtCursor() {
    if (!this.look.marking) return this.say("Press B first to mark bad frames.");
    if (this.cursor === null) return this.moveCursor(0);
    if (this.anchor === null) {
      this.anchor = this.cursor + 0.5;
      return this.showDraft(draggedSpan(this.anchor, this.anchor, this.held.nFrames));
    }
    const [start, stop] = draggedSpan(this.anchor, this.cursor + 0.5, this.held.nFrames);
    this.anchor = null;
    return this.send("mark", { start, stop });
  }

  giveUp() {
    this.anchor = null;
    this.abandonDrag();
    this.select(null);
  }

  // --- painting -----------------------------------------------------------------------------------

  resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height || !this.held) return;
    this.ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.back, this.lines, this.top]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
      canvas.getContext("2d").setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    }
    const ctx = this.back.getContext("2d");
    ctx.font = readTheme(this.root).font;
    this.layout = layOut(ctx, width, height, this.held);
    this.redraw();
    this.ask();
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.isReady()) this.paint();
    });
  }

  paint() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.later);
    this.frame = this.later = null;
    if (this.ratio !== (window.devicePixelRatio || 1)) this.resize();
    const theme = (this.theme = readTheme(this.root));
    drawBack(this.back.getContext("2d"), this.layout, theme, this.held, this.view, this.look);
    drawLines(this.lines.getContext("2d"), this.layout, theme, this.held, this.view, this.look, this.ratio);
    this.paintTop();
    this.tell();
    this.drawn += 1;
    Object.assign(this.root.dataset, { rev: this.drawn, plot: [this.layout.left, this.layout.width].map(Math.round).join(",") });
    this.noteView();
  }

  /** Say in the page what is seen, and whether all of it is held. */
  noteView() {
    Object.assign(this.root.dataset, { fresh: this.isFresh(), window: `${Math.round(this.view.start)},${Math.round(this.view.stop)}` });
  }

  /** The words beside the picture. */
  tell() {
    const { labels, nTotal, step, fps } = this.held;
    const { marking, unit, ownScale } = this.look;
    const often = step === 1 ? "every frame" : `1 of ${numberText(step, 0)} frames per pixel (min–max)`;
    const cut = isCut(this.layout, this.held, this.look) ? " · great peaks are cut at the top: press Flatter" : "";
    const showing = `${numberText(labels.length, 0)} of ${numberText(nTotal, 0)} neurons · ${often}${this.held.denoised ? " · denoised" : ""}${cut}`;
    const span = spanText(Math.round(this.view.start), Math.round(this.view.stop), fps);
    const label = `Traces: ${showing}, ${span}${marking ? ", marking bad frames" : ""}`;
    const isInSeconds = unit === "s" && fps;
    setText(this.showing, showing);
    if (this.root.getAttribute("aria-label") !== label) this.root.setAttribute("aria-label", label);
    const inUnit = fps ? `Time in ${isInSeconds ? "seconds" : "frames"} (T)` : "Frame rate unknown: frames";
    setText(this.modes.unit, inUnit);
    this.modes.unit.disabled = !fps;
    this.modes.mark.setAttribute("aria-pressed", marking);
    this.modes.scale.setAttribute("aria-pressed", ownScale);
    this.root.classList.toggle("dw-marking", marking);
  }

  tellOverlay() {
    const { line, title, over, events } = this.legend;
    const words = overlayWords(this.held);
    line.hidden = !words.line && !words.events;
    setText(title, words.title ? `Over the traces: ${words.title}` : "Over the traces:");
    over.hidden = !words.line;
    events.hidden = !words.events;
    setText(events, words.events);
  }

  paintTop() {
    if (!this.isReady() || !this.theme) return;
    const ctx = this.top.getContext("2d");
    const { layout, view, theme } = this;
    if (this.isTopDrawn) ctx.clearRect(0, 0, layout.full.width, layout.full.height);
    this.isTopDrawn = Boolean(this.draft) || this.cursor !== null;
    if (this.draft) drawBad(ctx, layout, theme, view, this.draft, true);
    if (this.cursor === null) return;
    const x = Math.round(xOf(this.cursor + 0.5, layout, view));
    if (x < layout.left || x > layout.left + layout.width) return;
    ctx.fillStyle = theme.accent;
    ctx.fillRect(x, layout.top, 1, layout.height);
  }

  showDraft(span) {
    this.draft = span;
    this.paintTop();
  }

  pointTo(at) {
    const isInside = at && at.x >= this.layout.left && at.x <= this.layout.left + this.layout.width;
    this.cursor = isInside ? Math.min(this.held.nFrames - 1, Math.floor(frameAt(at.x, this.layout, this.view, this.held.nFrames))) : null;
    const row = isInside ? this.layout.lanes.findIndex((lane) => at.y < lane.top + lane.height) : -1;
    if (row >= 0) this.row = row;
    this.paintTop();
    this.readOut.textContent = isInside ? this.cursorText() : "\u00a0";
  }

  /** "frame 1 234 · 61.70 s · n17: 0.53 ΔF/F", from what is held. */
  cursorText() {
    const { held, cursor, look } = this;
    const lane = this.layout.lanes[Math.min(this.row ?? 0, this.layout.lanes.length - 1)];
    const parts = [this.draft ? markText(...this.draft, held.fps) : frameText(cursor, held.fps)];
    const i = Math.floor((cursor - held.start) / held.step);
    if (lane && i >= 0 && i < held.n) {
      const low = held.values[lane.row * 2 * held.n + i];
      const high = held.values[(lane.row * 2 + 1) * held.n + i];
      const range = held.ranges[lane.row][1] - held.ranges[lane.row][0];
      const [from, to] = [valueText(low, range), valueText(high, range)];
      const values = from === to ? from : `${from} to ${to}`;
      const units = lane.isFeature ? "" : ` ${held.units || "a.u."}`;
      parts.push(`${lane.name}: ${values}${units}`);
    }
    const bad = look.bad.find(([start, stop]) => start <= cursor && cursor < stop);
    if (bad) parts.push(`bad ${markText(...bad, held.fps)}`);
    const hint = look.proposals.find(({ start, stop }) => start <= cursor && cursor < stop);
    if (hint) parts.push(`proposed: ${hint.reason}`);
    return parts.join(" · ");
  }

  /** Tell a sighted person and a screen reader. */
  say(text) {
    this.readOut.textContent = text;
    this.live.textContent = text;
  }
}

function render({ model, el }) {
  const picture = new Picture(model, el);
  return () => picture.remove();
}

export default { render };
