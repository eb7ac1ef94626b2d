// A native drop-down with groups; an option that cannot be chosen says why.

let count = 0;

function render({ model, el }) {
  const label = document.createElement("label");
  const select = document.createElement("select");
  select.id = `dw-choice-${++count}`;
  label.htmlFor = select.id;
  label.className = "widget-label";
  el.append(label, select);
  const build = () => {
    const groups = new Map();
    for (const { value, text, group, why_not } of model.get("choices")) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = why_not ? `${text} – ${why_not}` : text;
      option.disabled = Boolean(why_not);
      if (!groups.has(group)) {
        const made = document.createElement("optgroup");
        made.label = group;
        groups.set(group, made);
      }
      groups.get(group).append(option);
    }
    select.replaceChildren(...groups.values());
  };
  const show = () => {
    label.textContent = model.get("description");
    select.title = model.get("tooltip") ?? "";
    select.disabled = model.get("disabled");
    if (select.value !== model.get("value")) select.value = model.get("value");
  };
  select.addEventListener("change", () => {
    model.set("value", select.value);
    model.save_changes();
  });
  model.on("change", show);
  build();
  show();
  return () => model.off("change", show);
}

export default { render };
