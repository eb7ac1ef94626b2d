// The file picker's list. It shows lines by position and sends positions back; it knows no paths.

const TYPED_MS = 700; // letters typed within this time are one beginning of a name
const WAIT_MS = 150; // part of a name is looked for when typing pauses

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function labelled(kind, className, text) {
  const label = element("label", className);
  const input = document.createElement("input");
  input.type = kind;
  label.append(...(kind === "checkbox" ? [input, ` ${text}`] : [`${text} `, input]));
  return [label, input];
}

function lineOf(entry, index, id) {
  const line = element("div", entry.folder ? "dw-picker-folder" : "dw-picker-file");
  line.id = `${id}-${index}`;
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  const name = element("bdi", "", entry.name);
  if (entry.folder) name.append("/");
  if (entry.whole) line.title = entry.whole;
  line.append(name, element("span", "dw-picker-note", entry.note ?? ""));
  return line;
}

function parts(id) {
  const box = element("div", "dw-picker-box");
  const bar = element("div", "dw-picker-bar");
  const up = element("button", "dw-picker-up jupyter-button", "Up one folder");
  const again = element("button", "dw-picker-again jupyter-button", "Read again");
  const place = element("bdi", "dw-picker-place");
  const [find, part] = labelled("search", "dw-picker-find", "Name contains");
  const [filter, all] = labelled("checkbox", "dw-picker-filter", "files of every format");
  bar.append(up, place, find, filter, again);
  const list = element("div", "dw-picker-list");
  list.tabIndex = 0;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Files");
  const summary = element("span", "dw-picker-summary");
  summary.setAttribute("role", "status");
  const keys = "↑ ↓ or letters: move · Space or click: choose · Enter or double click: open · Backspace: up";
  const foot = element("div", "dw-picker-foot");
  const help = element("span", "dw-picker-keys", keys);
  help.id = `${id}-keys`;
  list.setAttribute("aria-describedby", help.id);
  foot.append(summary, help);
  box.append(bar, list, foot);
  return { box, up, again, place, part, all, list, summary };
}

function render({ model, el }) {
  const id = `dw-picker-${Math.random().toString(36).slice(2)}`; // a page may show two
  const { box, up, again, place, part, all, list, summary } = parts(id);
  el.append(box);
  let active = 0;
  let typed = "";
  let typedAt = 0;
  let wait = 0;

  const tell = (event) => model.send({ event, index: active, listed: model.get("listed") });
  const goUp = () => model.get("can_go_up") && model.send({ event: "up" });

  function mark(to) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = Math.max(0, Math.min(list.children.length - 1, to));
    const line = list.children[active];
    if (!line) return list.removeAttribute("aria-activedescendant");
    line.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", line.id);
    // scrollIntoView would also move the page
    if (line.offsetTop < list.scrollTop) list.scrollTop = line.offsetTop;
    const below = line.offsetTop + line.offsetHeight - list.clientHeight;
    if (below > list.scrollTop) list.scrollTop = below;
  }

  function show() {
    list.replaceChildren(...model.get("entries").map((entry, i) => lineOf(entry, i, id)));
    list.scrollTop = 0;
    mark(model.get("active"));
  }

  function label() {
    place.textContent = model.get("place");
    summary.textContent = model.get("summary");
    up.disabled = !model.get("can_go_up");
    all.checked = model.get("show_all");
    if (document.activeElement !== part) part.value = model.get("part");
  }

  /** Go to the next line whose name begins with what was typed; one letter again goes on. */
  function jump(letter) {
    const now = performance.now();
    const wanted = now - typedAt > TYPED_MS ? letter : typed + letter;
    const names = model.get("entries").map((entry) => entry.name.toLowerCase());
    const from = wanted.length === 1 ? active + 1 : active;
    const order = names.map((_, i) => (from + i) % names.length);
    const found = order.find((i) => names[i].startsWith(wanted.toLowerCase()));
    if (letter === " " && (wanted === " " || found === undefined)) return false; // no part of a name
    typed = wanted;
    typedAt = now;
    if (found !== undefined) mark(found);
    return true;
  }

  const indexOf = (target) => [...list.children].indexOf(target.closest("[role=option]"));
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e9, End: 1e9 };

  list.addEventListener("click", (event) => {
    const index = indexOf(event.target);
    if (index < 0) return;
    mark(index);
    if (event.detail === 1) tell("choose");
  });
  list.addEventListener("dblclick", (event) => indexOf(event.target) >= 0 && tell("open"));
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in moves) mark(active + moves[event.key]);
    else if (event.key === "Enter") tell("open");
    else if (event.key === "Backspace") goUp();
    else if (event.key.length !== 1 || event.key === "?") return;
    else if (!jump(event.key)) tell("choose");
    event.preventDefault();
    event.stopPropagation();
  });
  up.addEventListener("click", goUp);
  again.addEventListener("click", () => model.send({ event: "read" }));
  all.addEventListener("change", () => {
    model.set("show_all", all.checked);
    model.save_changes();
  });
  part.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      model.set("part", part.value);
      model.save_changes();
    }, WAIT_MS);
  });
  model.on("change:listed", show);
  model.on("change", label);
  show();
  label();
  return () => clearTimeout(wait);
}

export default { render };
