// The file picker's list. It shows lines by position and sends positions back; it knows no paths.

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function render({ model, el }) {
  const box = element("div", "dw-picker-box");
  const bar = element("div", "dw-picker-bar");
  const up = element("button", "dw-picker-up", "Up one folder");
  const place = element("span", "dw-picker-place");
  const filter = element("label", "dw-picker-filter");
  const all = document.createElement("input");
  all.type = "checkbox";
  filter.append(all, " show files of every format");
  bar.append(up, place, filter);
  const list = element("div", "dw-picker-list");
  list.tabIndex = 0;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Files: arrow keys choose, Enter opens, Backspace goes up");
  const summary = element("div", "dw-picker-summary");
  box.append(bar, list, summary);
  el.append(box);
  let active = 0;

  const open = () => model.get("entries").length && model.send({ event: "open", index: active });
  const goUp = () => model.get("can_go_up") && model.send({ event: "up" });

  function mark() {
    [...list.children].forEach((line, i) => line.setAttribute("aria-selected", String(i === active)));
    const line = list.children[active];
    if (line) {
      list.setAttribute("aria-activedescendant", line.id);
      line.scrollIntoView({ block: "nearest" });
    }
  }

  function lineOf(entry, index) {
    const line = element("div", entry.folder ? "dw-picker-folder" : "dw-picker-file");
    line.id = `dw-entry-${model.model_id ?? ""}-${index}`;
    line.setAttribute("role", "option");
    line.append(element("bdi", "", entry.name + (entry.folder ? "/" : "")), element("span", "", entry.size));
    line.addEventListener("click", () => {
      active = index;
      mark();
    });
    line.addEventListener("dblclick", open);
    return line;
  }

  function show() {
    active = 0;
    list.replaceChildren(...model.get("entries").map(lineOf));
    mark();
  }

  function label() {
    place.textContent = model.get("place");
    summary.textContent = model.get("summary");
    up.disabled = !model.get("can_go_up");
    all.checked = model.get("show_all");
  }

  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 };
  list.addEventListener("keydown", (event) => {
    if (event.key in moves) {
      active = Math.max(0, Math.min(list.children.length - 1, active + moves[event.key]));
      mark();
    } else if (event.key === "Enter") open();
    else if (event.key === "Backspace") goUp();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  up.addEventListener("click", goUp);
  all.addEventListener("change", () => {
    model.set("show_all", all.checked);
    model.save_changes();
  });
  model.on("change:entries", show);
  model.on("change", label);
  show();
  label();
}

export default { render };
