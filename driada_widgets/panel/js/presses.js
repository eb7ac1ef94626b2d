// Tells where the picture beside it is pressed, as shares of its width and height.

function render({ model, el }) {
  const press = (event) => {
    const picture = el.closest(".dw-pressable")?.querySelector("img.dw-drawing");
    if (!picture || event.target !== picture) return;
    const box = picture.getBoundingClientRect();
    model.send({
      event: "press",
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
    });
  };
  document.addEventListener("click", press);
  el.classList.add("dw-listening");
  return () => document.removeEventListener("click", press);
}

export default { render };
