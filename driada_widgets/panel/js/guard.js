// Keeps the panel's keys from the page around it, and tells whether that page is dark.

const EDITABLE = "input:not([type=button]):not([type=checkbox]):not([type=radio]):not([type=range]), textarea, [contenteditable=true]";

/** "undo", "redo", "help" or null: what a key asks of the whole panel. */
function panelKey(event) {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  if (isCommand && key === "z") return event.shiftKey ? "redo" : "undo";
  if (isCommand && key === "y" && !event.shiftKey) return "redo";
  return event.key === "?" && !isCommand && !event.altKey ? "help" : null;
}

function onKey(event, model) {
  const asked = panelKey(event);
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (hasModifier && asked === null) return;
  event.stopPropagation();
  if (asked === null || event.target.closest(EDITABLE)) return; // a text field undoes its own text
  event.preventDefault();
  model.send({ key: asked });
}

function isPageDark(root) {
  const said = document.body.dataset.jpThemeLight;
  if (said) return said === "false";
  const paper = getComputedStyle(root).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
  return paper[3] !== 0 && 0.299 * paper[0] + 0.587 * paper[1] + 0.114 * paper[2] < 128;
}

function render({ model, el }) {
  el.style.display = "none";
  const keys = (event) => onKey(event, model);
  let root = null;
  let wait = 0;
  const tellTheme = () => {
    const isDark = isPageDark(root);
    root.classList.toggle("dw-dark", isDark);
    if (model.get("dark") === isDark) return;
    model.set("dark", isDark);
    model.save_changes();
  };
  const themes = new MutationObserver(tellTheme);
  const join = () => {
    root = el.closest(".dw-panel");
    if (root === null) {
      wait = requestAnimationFrame(join); // widgets are rendered before they hang in the page
      return;
    }
    root.addEventListener("keydown", keys);
    root.dataset.guarded = "true";
    tellTheme();
    themes.observe(document.body, { attributes: true });
  };
  join();
  return () => {
    cancelAnimationFrame(wait);
    themes.disconnect();
    root?.removeEventListener("keydown", keys);
  };
}

export default { render };
