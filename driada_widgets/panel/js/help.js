// The list of keys, as a dialog above the page: Esc closes it, and the focus goes back where it was.
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

function buildDialog(el) {
  const dialog = add(el, "dialog", "", "dw-keys");
  dialog.setAttribute("aria-label", "Keys");
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
  return dialog;
}

function render({ model, el }) {
  const dialog = buildDialog(el);
  const toggle = () => (dialog.open ? dialog.close() : dialog.showModal());
  model.on("change:asked", toggle);
  return () => model.off("change:asked", toggle);
}

export default { render };
