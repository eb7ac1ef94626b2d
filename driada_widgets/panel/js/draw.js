// The picture: background, spans, axis and labels on one canvas, lines on a second one.
import { niceStep, numberText, decimalsOf, timeTicks, valueText } from "./scale.js";

const TOP = 8;
const BOTTOM = 36;
const RIGHT = 66;
const HEADROOM = 0.7; // lanes above the first, for its peaks
const SHARED_LANES = 1.8; // on the common scale a great peak may cross into the lane above
const MOST_LABEL_PX = 130;
const FONT_PX = 11;

/** Colours and font as the page has them now; they are set in traces.css from Jupyter's. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const theme = { font: `${FONT_PX}px ${style.fontFamily}` };
  for (const name of ["paper", "ink", "faint", "grid", "trace", "feature", "bad", "badfill", "hint", "accent", "over", "event"]) {
    theme[name] = style.getPropertyValue(`--dw-${name}`).trim();
  }
  return theme;
}

/** Where things are, in CSS pixels; lanes of features are a little higher than those of traces. */
export function layOut(ctx, width, height, held) {
  const names = [...held.labels, ...held.features.map(featureLabel)];
  const widest = Math.max(0, ...names.map((name) => ctx.measureText(name).width));
  const left = Math.ceil(Math.min(MOST_LABEL_PX, widest)) + 14;
  const plot = { left, top: TOP, width: Math.max(10, width - left - RIGHT), height: Math.max(10, height - TOP - BOTTOM) };
  const weights = [...held.labels.map(() => 1), ...held.features.map(() => 1.7)];
  const unit = plot.height / (HEADROOM + weights.reduce((sum, weight) => sum + weight, 0));
  let top = plot.top + HEADROOM * unit;
  const lanes = weights.map((weight, row) => {
    const lane = { row, top, height: weight * unit, name: names[row], isFeature: row >= held.labels.length };
    top += lane.height;
    return lane;
  });
  return { ...plot, full: { width, height }, lanes };
}

/** Pixels per unit and the value at the lane's bottom, for each row. */
export function rowScales(layout, held, look) {
  const spans = held.ranges.slice(0, held.labels.length).map(([low, high]) => high - low);
  const sorted = spans.filter((span) => span > 0).sort((a, b) => a - b);
  const shared = sorted.length ? sorted[Math.floor(0.9 * (sorted.length - 1))] : 1;
  return layout.lanes.map((lane) => {
    const [low, high] = held.ranges[lane.row];
    const own = high > low ? high - low : 1;
    const isShared = !lane.isFeature && !look.ownScale;
    const gain = lane.isFeature ? 1 : look.gain;
    const room = lane.height * (isShared ? SHARED_LANES : 0.84);
    return { low, perUnit: (room * gain) / (isShared ? shared : own), bottom: lane.top + lane.height * 0.94 };
  });
}

/** Whether a peak of a row that is held reaches beyond the picture's top. */
export function isCut(layout, held, look) {
  return rowScales(layout, held, look).some(({ low, perUnit, bottom }, row) => {
    return bottom - (held.ranges[row][1] - low) * perUnit < layout.top - 1;
  });
}

function featureLabel(feature) {
  return feature.units ? `${feature.name} (${feature.units})` : feature.name;
}

function fitted(ctx, text, most) {
  if (ctx.measureText(text).width <= most) return text;
  let keep = text.length;
  while (keep > 1 && ctx.measureText(`${text.slice(0, keep)}…`).width > most) keep -= 1;
  return `${text.slice(0, keep)}…`;
}

/** Everything but the lines. */
export function drawBack(ctx, layout, theme, held, view, look) {
  ctx.font = theme.font;
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, layout.full.width, layout.full.height);
  drawLanes(ctx, layout, theme, look);
  ctx.save();
  ctx.beginPath();
  ctx.rect(layout.left, layout.top, layout.width, layout.height);
  ctx.clip();
  for (const hint of look.proposals) drawHint(ctx, layout, theme, view, hint);
  look.bad.forEach((span, index) => drawBad(ctx, layout, theme, view, span, index === look.selected));
  ctx.restore();
  drawAxis(ctx, layout, theme, held, view, look);
  drawScaleBar(ctx, layout, theme, held, look);
}

function drawLanes(ctx, layout, theme, look) {
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (const lane of layout.lanes) {
    const isMarked = lane.row === look.marked && !lane.isFeature;
    ctx.font = isMarked ? `bold ${theme.font}` : theme.font;
    ctx.fillStyle = lane.isFeature ? theme.feature : isMarked ? theme.accent : theme.ink;
    ctx.fillText(fitted(ctx, lane.name, layout.left - 10), layout.left - 6, lane.top + lane.height / 2);
    if (lane.isFeature) {
      ctx.fillStyle = theme.grid;
      ctx.fillRect(layout.left, Math.round(lane.top), layout.width, 1);
    }
  }
  ctx.font = theme.font;
}

/** Pixel of a frame boundary. */
export function xOf(frame, layout, view) {
  return layout.left + ((frame - view.start) / (view.stop - view.start)) * layout.width;
}

function edges(start, stop, layout, view) {
  const left = Math.max(layout.left - 4, xOf(start, layout, view));
  const right = Math.min(layout.left + layout.width + 4, xOf(stop, layout, view));
  return right < layout.left || left > layout.left + layout.width ? null : [left, Math.max(right, left + 1)];
}

function hatch(ctx, left, right, layout, every) {
  const { top, height } = layout;
  ctx.beginPath();
  const first = Math.floor((left - height) / every) * every;
  for (let x = first; x < right; x += every) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
}

export function drawBad(ctx, layout, theme, view, [start, stop], isSelected) {
  const span = edges(start, stop, layout, view);
  if (!span) return;
  const [left, right] = span;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, layout.top, right - left, layout.height);
  ctx.clip();
  ctx.fillStyle = theme.badfill;
  ctx.fillRect(left, layout.top, right - left, layout.height);
  ctx.strokeStyle = theme.bad;
  ctx.lineWidth = 1.5;
  hatch(ctx, left, right, layout, 9);
  ctx.restore();
  ctx.fillStyle = isSelected ? theme.accent : theme.bad;
  const edge = isSelected ? 3 : 1.5;
  ctx.fillRect(left, layout.top, edge, layout.height);
  ctx.fillRect(right - edge, layout.top, edge, layout.height);
  if (isSelected) {
    ctx.fillRect(left, layout.top, right - left, 3);
    ctx.fillRect(left, layout.top + layout.height - 3, right - left, 3);
  }
}

/** A proposal is an outline of dashes with a tab above, so that it is not taken for a bad span. */
function drawHint(ctx, layout, theme, view, { start, stop }) {
  const span = edges(start, stop, layout, view);
  if (!span) return;
  const [left, right] = span;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = theme.hint;
  ctx.lineWidth = 1.5;
  ctx.setLineDash([5, 4]);
  ctx.strokeRect(left + 0.75, layout.top + 0.75, Math.max(1, right - left - 1.5), layout.height - 1.5);
  const middle = (left + right) / 2;
  ctx.beginPath();
  ctx.moveTo(middle - 6, layout.top);
  ctx.lineTo(middle + 6, layout.top);
  ctx.lineTo(middle, layout.top + 9);
  ctx.fill();
  ctx.restore();
}

function drawAxis(ctx, layout, theme, held, view, look) {
  const bottom = layout.top + layout.height;
  ctx.fillStyle = theme.faint;
  ctx.fillRect(layout.left, bottom, layout.width, 1);
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  const unit = held.fps ? look.unit : "frames";
  const ticks = timeTicks(view.start, view.stop, held.fps, unit, layout.width / 90);
  for (const tick of ticks) {
    const x = Math.round(xOf(tick.at, layout, view));
    ctx.fillStyle = theme.faint;
    ctx.fillRect(x, bottom, 1, 5);
    ctx.fillStyle = theme.ink;
    ctx.fillText(tick.text, x, bottom + 7);
  }
  ctx.fillText(unit === "s" ? "Time (s)" : "Time (frames)", layout.left + layout.width / 2, bottom + 21);
}

function drawScaleBar(ctx, layout, theme, held, look) {
  const x = layout.left + layout.width + 8;
  const scales = rowScales(layout, held, look);
  ctx.textAlign = "left";
  ctx.fillStyle = theme.ink;
  for (const lane of layout.lanes.filter((each) => each.isFeature)) {
    const [low, high] = held.ranges[lane.row];
    ctx.textBaseline = "top";
    ctx.fillText(valueText(high, high - low), x, lane.top + 2);
    ctx.textBaseline = "bottom";
    ctx.fillText(valueText(low, high - low), x, lane.top + lane.height - 1);
  }
  if (!held.labels.length) return;
  const room = layout.lanes.slice(0, held.labels.length).reduce((sum, lane) => sum + lane.height, 0);
  if (look.ownScale) {
    sideways(ctx, "each row on its own scale", x + 8, layout.top + room / 2, room);
    return;
  }
  const { perUnit } = scales[0];
  let size = niceStep(Math.min(60, room * 0.4) / perUnit);
  if (size * perUnit > room * 0.8) size /= 10;
  const long = size * perUnit;
  const top = layout.top + (room - long) / 2;
  ctx.fillRect(x, top, 2, long);
  ctx.fillRect(x - 2, top, 6, 1);
  ctx.fillRect(x - 2, top + long, 6, 1);
  const text = `${numberText(size, decimalsOf(size))} ${held.units || "a.u. (unit unknown)"}`;
  sideways(ctx, text, x + 16, layout.top + room / 2, room);
}

function sideways(ctx, text, x, y, most) {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(fitted(ctx, text, most), 0, 0);
  ctx.restore();
}
