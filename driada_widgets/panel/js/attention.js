// Keeps a person where they are: the focus is never lost, what is new is said and comes into view.

const CONTROLS = "button, input, select, textarea, label, summary, a[href], [tabindex]:not(.dw-panel)";
const WATCHED = ["class", "style", "disabled", "title"];
const STATES = { subtree: true, childList: true, attributes: true, attributeFilter: WATCHED };

const SETTLING_FRAMES = 30;
const HASTE_MS = 400; // as in bar.css
const GESTURES = ["wheel", "keydown", "pointerdown", "touchstart"];

const isShown = (node) => node.isConnected && node.getClientRects().length > 0;
const canFocus = (node) => isShown(node) && !node.disabled && node.tabIndex >= 0;
const STATE_CLASSES = ["dw-locked", "dw-now", "dw-selected"];
const kindOf = (node) =>
  [...node.classList].find((name) => name.startsWith("dw-") && !STATE_CLASSES.includes(name));

/** A control may be disabled, hidden or removed while it has the focus: keys would then go nowhere,
 *  in a notebook to the notebook. The focus waits on the panel, or goes to the same button of the
 *  neighbouring line, or to the control that follows nearby. */
function keepFocus(root) {
  let last = null;
  let around = [];
  let after = []; // controls that follow
  let place = -1; // among the buttons of its kind, one a line
  let gone = 0; // when the button of the bottom bar gave way to another
  let timer = 0;
  root.tabIndex = -1;

  const leave = (event) => {
    const isOutside = !root.contains(event.target);
    // who clicks on text, to select it, has left the control
    if (isOutside || (event.type === "pointerdown" && !event.target.closest(CONTROLS))) last = null;
  };
  const alike = () => {
    const kind = kindOf(last);
    return kind ? [...root.querySelectorAll(`.${CSS.escape(kind)}`)].filter(canFocus) : [];
  };
  const remember = (event) => {
    if (event.target === root) return;
    last = event.target;
    gone = 0;
    place = alike().indexOf(last);
    around = [];
    const controls = [...root.querySelectorAll(CONTROLS)];
    after = controls.slice(controls.indexOf(last) + 1);
    for (let node = last.parentElement; node && node !== root; node = node.parentElement) around.push(node);
  };
  const isLost = () => {
    const now = document.activeElement;
    return last !== null && (now === null || now === document.body || now === root || now === last);
  };
  const nearest = () => {
    const lines = place < 0 ? [] : alike();
    if (lines.length) return lines[Math.min(place, lines.length - 1)];
    for (const box of around.filter(isShown)) {
      const next = after.find((node) => box.contains(node) && canFocus(node));
      const found = next ?? [...box.querySelectorAll(CONTROLS)].find(canFocus);
      if (found) return found;
    }
    return undefined;
  };
  /** The focus goes from the bar's one button to that in its place, as soon as that can be pressed,
   *  but not so soon that a double press means both. */
  const follow = (bar) => {
    if (document.activeElement !== root) root.focus({ preventScroll: true });
    gone ||= performance.now();
    const wait = gone + HASTE_MS - performance.now();
    clearTimeout(timer);
    if (wait > 0) timer = setTimeout(look, wait);
    else [...bar.querySelectorAll(CONTROLS)].find(canFocus)?.focus({ preventScroll: true });
  };
  const look = () => {
    if (!isLost()) return;
    if (canFocus(last)) {
      place = alike().indexOf(last);
      if (document.activeElement !== last) last.focus({ preventScroll: true });
    } else if (isShown(last)) {
      if (document.activeElement !== root) root.focus({ preventScroll: true });
    } else if (around[0]?.matches(".dw-primary") && isShown(around[0])) follow(around[0]);
    else (nearest() ?? root).focus({ preventScroll: true });
  };
  /** A key that is held down presses a button once, not each that comes in its place. */
  const once = (event) => {
    if (event.repeat && event.key === "Enter" && event.target.closest(".dw-primary")) event.preventDefault();
  };
  root.addEventListener("keydown", once, { capture: true });
  root.addEventListener("focusin", remember);
  document.addEventListener("focusin", leave);
  document.addEventListener("pointerdown", leave);
  return {
    look,
    end() {
      clearTimeout(timer);
      root.removeEventListener("keydown", once, { capture: true });
      root.removeEventListener("focusin", remember);
      document.removeEventListener("focusin", leave);
      document.removeEventListener("pointerdown", leave);
    },
  };
}

/** What appears above makes browsers scroll so that all else stays in place, a few frames later:
 *  hold on until that is over, or until the person does something else. */
function stayInView(node) {
  let frames = SETTLING_FRAMES;
  const leave = () => (frames = 0);
  for (const gesture of GESTURES) document.addEventListener(gesture, leave, { once: true, capture: true });
  const bring = () => {
    if (frames <= 0 || !isShown(node)) return;
    frames -= 1;
    node.scrollIntoView({ block: "nearest" });
    requestAnimationFrame(bring);
  };
  bring();
}

/** A new step begins at its top; what was asked for and an error that appears are seen. */
function bringIntoView(root) {
  let step = null;
  let lastError = null; // the same failure again is another one
  let sought = null;
  let waiting = null; // what was asked for with a step that is still to come
  return () => {
    const classes = root.querySelector(".dw-now")?.classList ?? [];
    const now = [...classes].find((name) => name.startsWith("dw-step-")) ?? null;
    const asked = [...root.querySelectorAll("[class*='dw-sought-']")].find(isShown);
    const mark = asked && [...asked.classList].find((name) => name.startsWith("dw-sought-"));
    if (mark && mark !== sought) {
      sought = mark;
      waiting = asked;
      asked.scrollIntoView({ block: "start" });
    }
    if (step !== null && now !== step) {
      if (waiting && isShown(waiting)) waiting.scrollIntoView({ block: "start" });
      else if (root.getBoundingClientRect().top < 0) root.scrollIntoView({ block: "start" });
      waiting = null;
    }
    step = now;
    const error = [...root.querySelectorAll(".dw-error")].find(isShown);
    const shownError = error ? [...error.classList].find((name) => name.startsWith("dw-error-")) ?? "first" : null;
    if (error && shownError !== lastError) stayInView(error);
    lastError = shownError;
  };
}

/** What ipywidgets has no word for: the current step, names of buttons, fields that are required. */
function describe(root) {
  for (const button of root.querySelectorAll(".dw-rail button")) {
    const isNow = button.classList.contains("dw-now");
    if (isNow !== button.hasAttribute("aria-current")) {
      if (isNow) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  }
  const toggle = root.querySelector(".dw-log-toggle");
  const isOpen = String(toggle?.closest(".dw-log-open") != null);
  if (toggle && toggle.getAttribute("aria-expanded") !== isOpen) toggle.setAttribute("aria-expanded", isOpen);
  // A button that stands in every line is told by what its tooltip adds: "Remove 120-180".
  for (const button of root.querySelectorAll("button.jupyter-button")) {
    const [text, title] = [button.textContent.trim(), button.title.trim()];
    const adds = text && title !== text && title.toLowerCase().includes(text.toLowerCase());
    if ((button.getAttribute("aria-label") ?? "") === (adds ? title : "")) continue;
    if (adds) button.setAttribute("aria-label", title);
    else button.removeAttribute("aria-label");
  }
  for (const box of root.querySelectorAll(".dw-required, .dw-touched")) {
    const input = box.querySelector("input");
    const isRequired = box.classList.contains("dw-required");
    const isWrong = isRequired && box.matches(".dw-empty.dw-touched");
    input?.setAttribute("aria-required", String(isRequired));
    input?.setAttribute("aria-invalid", String(isWrong));
  }
}

function touch(event) {
  event.target.closest?.(".dw-required")?.classList.add("dw-touched");
}

function render({ model, el }) {
  const voice = document.createElement("div");
  voice.className = "dw-voice";
  voice.setAttribute("role", "status");
  voice.setAttribute("aria-live", "polite");
  el.append(voice);
  const say = () => (voice.textContent = model.get("said"));
  model.on("change:said", say);
  say();

  let end = () => {};
  let wait = 0;
  const join = () => {
    const root = el.closest(".dw-panel");
    if (root === null) {
      wait = requestAnimationFrame(join); // widgets are rendered before they hang in the page
      return;
    }
    const focus = keepFocus(root);
    const show = bringIntoView(root);
    let isDue = false;
    const look = () => {
      isDue = false;
      describe(root);
      show();
      focus.look();
    };
    const seen = new MutationObserver(() => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(look);
    });
    seen.observe(root, STATES);
    root.addEventListener("focusout", touch);
    look();
    end = () => {
      seen.disconnect();
      focus.end();
      root.removeEventListener("focusout", touch);
    };
  };
  join();
  return () => {
    cancelAnimationFrame(wait);
    model.off("change:said", say);
    end();
  };
}

export default { render };
