// The table of a file's arrays. It shows rows by position and sends positions back.

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function cell(className, ...content) {
  const made = element("div", `dw-cell ${className}`);
  made.setAttribute("role", "cell");
  made.append(...content);
  return made;
}

function named(kind, label, aria) {
  const box = element("label", `dw-option-${kind}`);
  const input = document.createElement(kind === "nan" ? "select" : "input");
  input.dataset.what = kind;
  input.setAttribute("aria-label", aria);
  if (kind === "transposed") {
    input.type = "checkbox";
    box.append(input, ` ${label}`);
  } else box.append(`${label} `, input);
  return [box, input];
}

function fill(select, options) {
  select.replaceChildren(
    ...options.map(([text, value]) => {
      const option = element("option", "", text);
      option.value = value;
      return option;
    }),
  );
}

/** What is decided about an array beside its part, in words, for the closed line. */
function decided(row, policies) {
  const said = [];
  if (row.transposed) said.push("transposed");
  if (row.turned) said.push("turned: frames come first");
  if (row.newName) said.push(`named ${row.newName}`);
  if (row.nan) said.push(`NaN: ${policies.find(([, value]) => value === row.nan)?.[0]}`);
  if (row.period) said.push(`period ${row.period}`);
  return said.join(" · ");
}

function optionsOf(row) {
  const kinds = [];
  if (row.transposed !== null) kinds.push(["transposed", "stored frames first (transpose it)"]);
  if (row.newName !== null) kinds.push(["name", "Name in the experiment"]);
  if (row.nan !== null) kinds.push(["nan", "NaN and infinite"]);
  if (row.period !== null) kinds.push(["period", "Period"]);
  return kinds;
}

/** What a row consists of; two rows of the same make differ in values only. */
const makeOf = (row) =>
  JSON.stringify([row.name, row.shape, row.dtype, row.values, row.parts, optionsOf(row)]);

function lineOf(row, policies, send) {
  const line = element("div", "dw-array");
  line.setAttribute("role", "row");
  const name = element("bdi", "dw-array-name", row.name);
  if (row.whole) name.title = row.whole;
  const part = document.createElement("select");
  part.dataset.what = "part";
  part.setAttribute("aria-label", `Part of ${row.name}`);
  fill(part, row.parts);
  const why = cell("dw-array-why");
  const first = element("code", "", row.values);
  const parts = row.parts.length > 1 ? [part] : [element("span", "dw-hint", row.parts[0][0])];
  line.append(
    cell("dw-array-head", name),
    cell("dw-array-shape", row.shape),
    cell("dw-array-type", row.dtype),
    cell("dw-array-values", first),
    cell("dw-array-part", ...parts),
    why,
  );
  const inputs = { part };
  const told = element("span", "dw-array-told");
  const more = element("button", "dw-array-more", "Options");
  const box = cell("dw-array-options");
  for (const [kind, label] of optionsOf(row)) {
    const [labelled, input] = named(kind, label, `${label} of ${row.name}`);
    if (kind === "nan") fill(input, policies);
    if (kind === "name") input.placeholder = row.name;
    inputs[kind] = input;
    box.append(labelled);
  }
  more.type = "button";
  more.setAttribute("aria-label", `Options of ${row.name}`);
  const open = (isOpen) => {
    box.hidden = !isOpen;
    more.setAttribute("aria-expanded", String(isOpen));
  };
  open(false);
  more.addEventListener("click", () => open(box.hidden));
  if (box.children.length) {
    line.firstChild.append(more, told);
    line.append(box);
  }
  line.addEventListener("input", (event) => (event.target.dataset.typing = "yes"));
  line.addEventListener("change", ({ target }) => {
    delete target.dataset.typing;
    const { what } = target.dataset;
    if (what) send(target, what, target.type === "checkbox" ? target.checked : target.value);
  });
  return { line, inputs, why, told, more, box, open, make: makeOf(row) };
}

function update(made, row, policies, isOff) {
  const values = { part: row.part, name: row.newName, nan: row.nan, period: row.period };
  for (const [what, input] of Object.entries(made.inputs)) {
    input.disabled = isOff(what);
    if (what === "transposed") input.checked = row.transposed;
    else if (input.value !== values[what] && !input.dataset.typing) input.value = values[what];
  }
  made.why.textContent = row.why;
  made.line.classList.toggle("dw-array-off", row.part === "out");
  made.line.classList.toggle("dw-array-problem", row.problem);
  const told = decided(row, policies);
  made.told.textContent = told;
}

function render({ model, el }) {
  const table = element("div", "dw-array-table");
  table.setAttribute("role", "table");
  table.setAttribute("aria-label", "Arrays in the file");
  const head = element("div", "dw-array dw-array-heads");
  head.setAttribute("role", "row");
  for (const title of ["Array", "Shape", "Type", "First values", "Part", "Why"]) {
    const made = element("div", "dw-cell", title);
    made.setAttribute("role", "columnheader");
    head.append(made);
  }
  table.append(head);
  el.append(table);
  let lines = [];
  let changed = null;

  /** Rows of the same make stay where they are, and so does the focus. */
  function show() {
    const rows = model.get("rows");
    const policies = model.get("policies");
    const isOff = (what) => model.get("disabled") || model.get("locked").includes(what);
    const focused = table.contains(document.activeElement) ? document.activeElement : null;
    const at = lines.findIndex((made) => made.line.contains(focused));
    lines = rows.map((row, i) => {
      const old = lines[i];
      if (old?.make === makeOf(row)) return old;
      const send = (input, what, value) => {
        changed = input;
        model.send({ row: i, what, value });
      };
      const made = lineOf(row, policies, send);
      if (old && !old.box.hidden) made.open(true);
      return made;
    });
    lines.forEach((made, i) => update(made, rows[i], policies, isOff));
    const wanted = [head, ...lines.map((made) => made.line)];
    if (wanted.length !== table.children.length || wanted.some((line, i) => table.children[i] !== line)) {
      table.replaceChildren(...wanted);
      if (at >= 0) (lines[at]?.inputs[focused.dataset.what] ?? lines[at]?.more)?.focus();
    }
    table.hidden = rows.length === 0;
  }

  /** What was typed and refused stays, to be mended; a choice goes back to what holds. */
  function refuse() {
    const isText = changed?.tagName === "INPUT" && changed.type !== "checkbox";
    if (isText) changed.dataset.typing = "yes";
    show();
    if (isText) changed.focus();
  }

  model.on("change:rows change:locked change:disabled", show);
  model.on("change:refused", refuse);
  show();
}

export default { render };
