// The lines of the picture: pixels where many frames share one, strokes where they do not.
import { rowScales, xOf } from "./draw.js";
import { drawEvents } from "./overlay.js";

const probe = document.createElement("canvas");
probe.width = probe.height = 1;
const packed = new Map();

/** A CSS colour on paper, as one opaque pixel of an ImageData. */
function pixelOf(colour, paper) {
  const key = `${colour} ${paper}`;
  if (!packed.has(key)) {
    const ctx = probe.getContext("2d", { willReadFrequently: true });
    for (const style of [paper, colour]) {
      ctx.fillStyle = style;
      ctx.fillRect(0, 0, 1, 1);
    }
    packed.set(key, new Uint32Array(ctx.getImageData(0, 0, 1, 1).data.buffer)[0]);
  }
  return packed.get(key);
}

/** Draw all rows of what is held that fall into the view. */
export function drawLines(ctx, layout, theme, held, view, look, ratio) {
  ctx.clearRect(0, 0, layout.full.width, layout.full.height);
  if (!held.n) return;
  const scales = rowScales(layout, held, look);
  const colours = layout.lanes.map((lane) => {
    if (lane.isFeature) return theme.feature;
    return lane.row === look.marked ? theme.accent : theme.trace;
  });
  const rows = rowsOf(held, scales, colours, theme);
  if (held.step > 1) drawPixels(ctx, layout, theme, held, view, rows, ratio);
  else drawStrokes(ctx, layout, held, view, rows);
  drawEvents(ctx, layout, theme, held, view);
}

/** All that is drawn, in this order: traces and features, then reconstructed traces over them. */
function rowsOf(held, scales, colours, theme) {
  const long = 2 * held.n;
  const rows = scales.map((scale, row) => {
    const feature = held.features[row - held.labels.length];
    return { scale, values: held.values, base: row * long, colour: colours[row], isDiscrete: Boolean(feature?.discrete) };
  });
  const over = held.over.places.map((place, index) => {
    return { scale: scales[place], values: held.over.values, base: index * long, colour: theme.over, isOver: true };
  });
  return [...rows, ...over];
}

function drawPixels(ctx, layout, theme, held, view, rows, ratio) {
  const left = Math.round(layout.left * ratio);
  const top = Math.round(layout.top * ratio);
  const width = Math.floor(layout.width * ratio);
  const height = Math.floor(layout.height * ratio);
  const image = ctx.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const first = columnsOfPixels(width, held, view);
  const thick = Math.max(1, Math.round(ratio));
  for (const { scale, values, base, colour, isOver } of rows) {
    const zero = scale.bottom * ratio - top + scale.low * scale.perUnit * ratio;
    const lane = { zero, perUnit: scale.perUnit * ratio, pixel: pixelOf(colour, theme.paper), thick: isOver ? 2 * thick : thick };
    drawRow(pixels, width, height, values, base, held.n, first, lane);
  }
  ctx.putImageData(image, left, top);
}

/** For each pixel (and one more) the first column at it; columns outside are -1 or n. */
function columnsOfPixels(width, held, view) {
  const first = new Int32Array(width + 1);
  const perPixel = (view.stop - view.start) / width / held.step;
  const offset = (view.start - held.start) / held.step;
  for (let x = 0; x <= width; x += 1) {
    first[x] = Math.min(held.n, Math.max(-1, Math.floor(offset + x * perPixel)));
  }
  return first;
}

function drawRow(pixels, width, height, values, base, n, first, { zero, perUnit, pixel, thick }) {
  let lastLow = NaN;
  let lastHigh = NaN;
  for (let x = 0; x < width; x += 1) {
    let low = Infinity;
    let high = -Infinity;
    const stop = Math.min(n, Math.max(first[x] + 1, first[x + 1]));
    for (let i = Math.max(0, first[x]); i < stop && first[x] >= 0; i += 1) {
      if (values[base + i] < low) low = values[base + i];
      if (values[base + n + i] > high) high = values[base + n + i];
    }
    if (!(high - low < Infinity)) { // nothing here, or beyond what a line can show
      lastLow = lastHigh = NaN;
      continue;
    }
    const from = lastLow > high ? lastLow : high;
    const to = lastHigh < low ? lastHigh : low;
    lastLow = low;
    lastHigh = high;
    let y = Math.max(0, Math.round(zero - from * perUnit));
    const end = Math.min(height, Math.max(y + thick, Math.round(zero - to * perUnit) + 1));
    for (let at = y * width + x; y < end; y += 1, at += width) pixels[at] = pixel;
  }
}

function drawStrokes(ctx, layout, held, view, rows) {
  const begin = Math.max(0, Math.floor(view.start - held.start) - 1);
  const end = Math.min(held.n, Math.ceil(view.stop - held.start) + 1);
  const perFrame = layout.width / (view.stop - view.start);
  const x0 = xOf(held.start, layout, view);
  ctx.save();
  ctx.beginPath();
  ctx.rect(layout.left, layout.top, layout.width, layout.height);
  ctx.clip();
  ctx.lineJoin = "bevel";
  for (const row of rows) {
    ctx.lineWidth = row.isOver ? 2 : 1.2;
    ctx.strokeStyle = ctx.fillStyle = row.colour;
    strokeRow(ctx, row, begin, end, x0, perFrame);
    if (perFrame >= 8 && !row.isDiscrete && !row.isOver) drawDots(ctx, row, begin, end, x0, perFrame);
  }
  ctx.restore();
}

function strokeRow(ctx, { scale, values, base, isDiscrete }, begin, end, x0, perFrame) {
  let isDown = false;
  ctx.beginPath();
  for (let i = begin; i < end; i += 1) {
    const value = values[base + i];
    if (!Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    const y = scale.bottom - (value - scale.low) * scale.perUnit;
    const x = x0 + (isDiscrete ? i : i + 0.5) * perFrame;
    if (isDown) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
    if (isDiscrete) ctx.lineTo(x + perFrame, y);
    isDown = true;
  }
  ctx.stroke();
}

/** Single frames become visible as dots when they are far enough apart. */
function drawDots(ctx, { scale, values, base }, begin, end, x0, perFrame) {
  for (let i = begin; i < end; i += 1) {
    const value = values[base + i];
    if (Number.isFinite(value)) {
      ctx.fillRect(x0 + (i + 0.5) * perFrame - 1.5, scale.bottom - (value - scale.low) * scale.perUnit - 1.5, 3, 3);
    }
  }
}
