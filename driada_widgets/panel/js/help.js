// The step in six lines and the list of keys, as a dialog above the page: Esc closes it, and the
// focus goes back where it was.
import { KEY_WORDS } from "./keys.js";

const TITLES = {
  panel: "Anywhere in the panel",
  picture: "In the traces, while they have the focus",
  files: "In the list of files",
};

function add(parent, tag, text = "", name = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  parent.append(element);
  return element;
}

function buildStep(dialog, model) {
  const title = add(dialog, "h3");
  const lines = add(dialog, "ul", "", "dw-help-lines");
  const link = add(add(dialog, "p"), "a", "Read more (opens a page of the web)", "dw-help-link");
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  const show = () => {
    title.textContent = model.get("title");
    lines.replaceChildren();
    for (const line of model.get("lines")) add(lines, "li", line);
    link.href = model.get("link");
  };
  model.on("change:lines", show);
  show();
  return () => model.off("change:lines", show);
}

function buildDialog(el, model) {
  const dialog = add(el, "dialog", "", "dw-keys");
  dialog.setAttribute("aria-label", "Help and keys");
  const end = buildStep(dialog, model);
  add(dialog, "h3", "Keys");
  for (const [where, keys] of Object.entries(KEY_WORDS)) {
    add(dialog, "h4", TITLES[where]);
    const list = add(dialog, "dl");
    for (const [key, meaning] of Object.values(keys)) {
      const row = add(list, "div");
      add(row, "dt", key);
      add(row, "dd", meaning);
    }
  }
  const close = add(dialog, "button", "Close", "dw-keys-close");
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  return [dialog, end];
}

function render({ model, el }) {
  const [dialog, end] = buildDialog(el, model);
  const toggle = () => (dialog.open ? dialog.close() : dialog.showModal());
  model.on("change:asked", toggle);
  return () => {
    end();
    model.off("change:asked", toggle);
  };
}

export default { render };
