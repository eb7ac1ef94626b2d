// Numbers on axes: round steps, ticks, text. No page in it.

const MOST_DECIMALS = 6;
const formats = new Map();

/** The smallest of 1, 2, 5 times a power of ten that is not below `rough`. */
export function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

/** Decimals that tell multiples of `step` apart. */
export function decimalsOf(step) {
  return Math.min(MOST_DECIMALS, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** Text with a narrow space between thousands; very small and very large as powers of ten. */
export function numberText(value, decimals) {
  if (!Number.isFinite(value)) return "no value";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 10 ** -MOST_DECIMALS)) return value.toExponential(2);
  if (!formats.has(decimals)) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats.set(decimals, new Intl.NumberFormat("en-GB", digits));
  }
  return formats.get(decimals).format(value).replaceAll(",", "\u202f").replace("-", "\u2212");
}

/** Text of a value from a row that spans `range`: as exact as a hundredth of it. */
export function valueText(value, range) {
  if (Number.isInteger(value) && range >= 1) return numberText(value, 0);
  return numberText(Math.abs(value) < range / 1000 ? 0 : value, range > 0 ? decimalsOf(range / 100) : 2);
}

/** Ticks of the time axis as `{at, text}`, `at` in frames; frame i is drawn at i + 0.5. */
export function timeTicks(start, stop, fps, unit, most) {
  const perUnit = unit === "s" && fps ? fps : 1;
  let step = niceStep((stop - start) / perUnit / Math.max(1, most));
  if (perUnit === 1) step = Math.max(1, step);
  const decimals = decimalsOf(step);
  const ticks = [];
  for (let k = Math.ceil((start - 0.5) / perUnit / step - 1e-9); ; k += 1) {
    const at = k * step * perUnit + 0.5;
    if (at > stop || ticks.length > 200) return ticks;
    if (at >= start) ticks.push({ at, text: numberText(k * step || 0, decimals) });
  }
}

/** "frame 1 234 · 61.70 s", or without the seconds where the frame rate is unknown. */
export function frameText(frame, fps) {
  const text = `frame ${numberText(frame, 0)}`;
  return fps ? `${text} · ${numberText(frame / fps, fps >= 100 ? 3 : 2)} s` : text;
}

/** "frames 120–180 (6.0–9.0 s)" of a half-open range. */
export function spanText(start, stop, fps) {
  const text = `frames ${numberText(start, 0)}–${numberText(stop, 0)}`;
  if (!fps) return text;
  return `${text} (${numberText(start / fps, 2)}–${numberText(stop / fps, 2)} s)`;
}

/** The same for marked frames, with both ends included, as they are typed and listed. */
export function markText(start, stop, fps) {
  if (stop - start === 1) return frameText(start, fps);
  const text = `frames ${numberText(start, 0)}–${numberText(stop - 1, 0)}`;
  if (!fps) return text;
  return `${text} (${numberText(start / fps, 2)}–${numberText((stop - 1) / fps, 2)} s)`;
}
