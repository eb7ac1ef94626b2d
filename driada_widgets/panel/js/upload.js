// A file chosen on the person's own computer, sent in pieces. One above the limit is not read at all.

const PIECE = 2 ** 20; // a notebook server closes connections on messages above 10 MB

function render({ model, el }) {
  const label = document.createElement("label");
  label.className = "dw-upload-choose jupyter-button";
  const input = document.createElement("input"); // hidden from the eye, not from the keyboard
  input.type = "file";
  const state = document.createElement("span");
  state.className = "dw-upload-state";
  state.setAttribute("role", "status");
  label.append("Upload a small file…", input);
  el.append(label, state);
  let file = null;

  function begin() {
    file = input.files[0] ?? null;
    input.value = ""; // the same file can be chosen again
    if (!file) return;
    state.textContent = file.size > model.get("limit") ? "" : "0 %";
    model.send({ event: "begin", name: file.name, size: file.size });
  }

  /** Python asks for each piece, so that a slow page never holds more than one. */
  async function send(from) {
    if (!file) return;
    const piece = await file.slice(from, from + PIECE).arrayBuffer();
    state.textContent = `${file.size ? Math.round((100 * from) / file.size) : 0} %`;
    model.send({ event: "piece", from }, undefined, [piece]);
  }

  const receive = (message) => {
    if (message.ask !== undefined) {
      send(message.ask).catch(() => model.send({ event: "unreadable" }));
      return;
    }
    file = null;
    state.textContent = message.said ?? "";
  };
  const adjust = () => {
    label.classList.toggle("dw-off", model.get("disabled"));
    input.accept = model.get("accept");
    input.disabled = model.get("disabled");
  };
  input.addEventListener("change", begin);
  model.on("msg:custom", receive);
  model.on("change:accept change:disabled", adjust);
  adjust();
  return () => model.off("msg:custom", receive);
}

export default { render };
