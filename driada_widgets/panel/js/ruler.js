// An invisible line as wide as the pictures: tells how many pixels there are to draw.

const SETTLE_MS = 120;
const LEAST_CHANGE_PX = 6;

function render({ model, el }) {
  let timer = 0;
  const tell = () => {
    const width = Math.round(el.getBoundingClientRect().width);
    const ratio = Math.round((window.devicePixelRatio || 1) * 100) / 100;
    const isSame = Math.abs(width - model.get("width")) < LEAST_CHANGE_PX && ratio === model.get("ratio");
    if (!width || isSame) return; // no width: it is not on screen now
    model.set("width", width);
    model.set("ratio", ratio);
    model.save_changes();
  };
  const sizes = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(tell, model.get("width") ? SETTLE_MS : 0);
  });
  sizes.observe(el);
  return () => {
    sizes.disconnect();
    clearTimeout(timer);
  };
}

export default { render };
