// A button that brings a file: Python makes it when it is pressed, the page saves it.

const KEEP_MS = 10000;

function save({ name, type }, [content]) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button widget-button dw-download-button";
  let isWaiting = false; // another view of the same button may be on the page
  button.addEventListener("click", () => {
    isWaiting = true;
    model.send({ event: "wanted" });
  });
  const show = () => {
    button.textContent = model.get("description");
    button.title = model.get("tooltip") ?? "";
    button.disabled = model.get("disabled");
  };
  const receive = (message, buffers) => {
    if (message.event !== "file" || !isWaiting) return;
    isWaiting = false;
    save(message, buffers);
  };
  model.on("change", show);
  model.on("msg:custom", receive);
  show();
  el.append(button);
  return () => {
    model.off("change", show);
    model.off("msg:custom", receive);
  };
}

export default { render };
