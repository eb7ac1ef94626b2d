// A button that puts text on the clipboard, also where the page is served without encryption.

const SHOWN_MS = 2500;

// The old way, for pages that are no secure context: select a text area, and copy the selection.
function copySelected(text, el) {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "dw-copy-area";
  el.append(area);
  area.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  area.remove();
  return done;
}

async function copy(text, el) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused by the browser: the old way may still work.
    }
  }
  return copySelected(text, el);
}

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button widget-button dw-copy-button";
  const said = document.createElement("span");
  said.className = "dw-copy-said";
  said.setAttribute("role", "status");
  let timer = 0;
  button.addEventListener("click", async () => {
    const done = await copy(model.get("text"), el);
    button.focus();
    button.style.minWidth = `${button.offsetWidth}px`; // nothing beside it jumps
    if (done) button.textContent = "Copied";
    said.textContent = done ? "Copied" : "Not copied: select the text below and press Ctrl+C";
    said.classList.toggle("dw-copy-failed", !done);
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = "";
      show();
    }, SHOWN_MS);
  });
  const show = () => {
    button.textContent = model.get("description");
    button.title = model.get("tooltip") ?? "";
    button.disabled = !model.get("text");
  };
  model.on("change", show);
  show();
  el.append(button, said);
  return () => {
    clearTimeout(timer);
    model.off("change", show);
  };
}

export default { render };
