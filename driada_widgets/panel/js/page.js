// The page around the picture: what is shown, modes, buttons, keys, and the words for screen readers.
import { KEY_WORDS } from "./keys.js";

const BUTTONS = [
  ["◂◂", "Scroll left by a window", (picture) => picture.move(-picture.long())],
  ["◂", "Scroll left", (picture) => picture.move(-0.2 * picture.long())],
  ["−", "Zoom out", (picture) => picture.zoom(2)],
  ["+", "Zoom in", (picture) => picture.zoom(0.5)],
  ["▸", "Scroll right", (picture) => picture.move(0.2 * picture.long())],
  ["▸▸", "Scroll right by a window", (picture) => picture.move(picture.long())],
  ["All", "Show the whole recording", (picture) => picture.lookAt({ start: 0, stop: picture.held.nFrames })],
  ["Flatter", "Flatter traces", (picture) => picture.stretch(1 / 1.5)],
  ["Taller", "Taller traces", (picture) => picture.stretch(1.5)],
];

function make(tag, name, parent, text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  parent.append(element);
  return element;
}

function makeButton(parent, text, label, onClick) {
  const button = make("button", "dw-traces-button", parent, text);
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", onClick);
  return button;
}

/** Build the page in `picture.root` and give its parts. */
export function buildPage(picture) {
  const { root } = picture;
  root.tabIndex = 0;
  root.dataset.rev = "0";
  root.dataset.window = "";
  root.dataset.lmSuppressShortcuts = "true";
  root.setAttribute("role", "application");
  root.setAttribute("aria-roledescription", "trace picture");
  root.setAttribute("aria-label", "Traces: nothing to show yet");
  const head = make("div", "dw-traces-head", root);
  const showing = make("span", "dw-traces-showing", head, "Nothing to show yet");
  const bar = make("span", "dw-traces-modes", head);
  const modes = {
    mark: makeButton(bar, "Mark bad (B)", "Mark bad frames by dragging (B)", () => picture.toggleMarking()),
    unit: makeButton(bar, "", "Time axis in seconds or frames (T)", () => picture.toggleUnit()),
    scale: makeButton(bar, "Own scale (Y)", "Each row on its own scale (Y)", () => picture.toggleScale()),
  };
  const legend = makeLegend(root);
  const stage = make("div", "dw-traces-stage", root);
  const [back, lines, top] = ["back", "lines", "top"].map((name) => make("canvas", `dw-traces-${name}`, stage));
  const readOut = make("div", "dw-traces-readout", root, "\u00a0");
  const tools = make("div", "dw-traces-tools", root);
  for (const [text, label, action] of BUTTONS) {
    makeButton(tools, text, label, () => picture.isReady() && action(picture));
  }
  makeKeyList(root);
  const live = make("div", "dw-traces-live", root);
  live.setAttribute("aria-live", "polite");
  return { showing, modes, legend, stage, back, lines, top, readOut, live };
}

/** The line that says what is drawn over the traces, hidden while there is nothing. */
function makeLegend(root) {
  const line = make("div", "dw-traces-legend", root);
  line.hidden = true;
  const title = make("span", "dw-traces-over-title", line);
  const over = make("span", "dw-traces-over", line, "reconstructed trace");
  const events = make("span", "dw-traces-events", line);
  return { line, title, over, events };
}

function makeKeyList(root) {
  const fold = make("details", "dw-traces-keys", root);
  make("summary", "", fold, "Keys");
  const list = make("dl", "", fold);
  for (const [key, meaning] of Object.values(KEY_WORDS.picture)) {
    const row = make("div", "", list);
    make("dt", "", row, key);
    make("dd", "", row, meaning);
  }
}
