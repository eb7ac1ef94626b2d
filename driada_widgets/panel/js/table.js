// A table that sorts by its heads and selects by its rows; Python holds the rows of one page.

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function makeHead(model) {
  const line = document.createElement("tr");
  for (const { key, title, hint, numeric } of model.get("columns")) {
    const isSorted = key === model.get("sort_key");
    const isDown = model.get("descending");
    const head = element("th", numeric ? "dw-table-number" : "");
    head.scope = "col";
    if (isSorted) head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const arrow = isSorted ? (isDown ? "\u00a0▾" : "\u00a0▴") : "";
    const button = element("button", "dw-table-head", title + arrow);
    button.type = "button";
    button.title = hint;
    button.dataset.key = `head ${key}`;
    button.addEventListener("click", () => model.send({ event: "sort", key }));
    head.append(button);
    line.append(head);
  }
  return line;
}

function makeRow(model, { id, cells, name }) {
  const columns = model.get("columns");
  const isSelected = id === model.get("selected");
  const line = element("tr", isSelected ? "dw-table-selected" : "");
  const select = () => model.send({ event: "select", id });
  cells.forEach((text, i) => {
    const cell = element("td", columns[i]?.numeric ? "dw-table-number" : "");
    if (i === 0) {
      const button = element("button", "dw-table-pick", text);
      button.type = "button";
      button.dataset.key = `row ${id}`;
      button.setAttribute("aria-label", name);
      button.setAttribute("aria-pressed", String(isSelected));
      cell.append(button);
    } else cell.textContent = text;
    line.append(cell);
  });
  line.addEventListener("click", select); // the button's click comes here too
  return line;
}

function moveFocus(event, box) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !event.target.classList.contains("dw-table-pick")) return;
  const picks = [...box.querySelectorAll(".dw-table-pick")];
  picks[picks.indexOf(event.target) + by]?.focus();
  event.preventDefault();
}

function render({ model, el }) {
  const box = element("div", "dw-table-box");
  box.addEventListener("keydown", (event) => moveFocus(event, box));
  el.append(box);
  const show = () => {
    const focused = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const table = element("table", "dw-table");
    table.setAttribute("aria-label", model.get("label"));
    const head = document.createElement("thead");
    const body = document.createElement("tbody");
    head.append(makeHead(model));
    body.append(...model.get("rows").map((row) => makeRow(model, row)));
    table.append(head, body);
    box.replaceChildren(table);
    if (focused) [...box.querySelectorAll("button")].find((each) => each.dataset.key === focused)?.focus();
  };
  let isWaiting = false; // several traits arrive in one message
  const later = () => {
    if (isWaiting) return;
    isWaiting = true;
    queueMicrotask(() => {
      isWaiting = false;
      show();
    });
  };
  model.on("change", later);
  show();
  return () => model.off("change", later);
}

export default { render };
