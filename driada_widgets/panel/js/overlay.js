// Events over the traces, and the line of words that tells what is drawn over them.
import { xOf } from "./draw.js";
import { numberText } from "./scale.js";

const TICK_PX = { wide: 2, high: 7 };

/** A tick under the trace for each event; those that fall on one pixel are one. */
export function drawEvents(ctx, layout, theme, held, view) {
  if (!held.events.length) return;
  const { wide, high } = TICK_PX;
  ctx.save();
  ctx.fillStyle = theme.event;
  ctx.beginPath();
  held.events.forEach((frames, row) => {
    const lane = layout.lanes[row];
    const top = Math.min(Math.round(lane.top + lane.height - 2), layout.top + layout.height - high);
    let last = -1;
    for (const frame of frames) {
      if (frame < view.start || frame >= view.stop) continue;
      const x = Math.round(xOf(frame + 0.5, layout, view));
      if (x !== last) ctx.rect(x - wide / 2, top, wide, high);
      last = x;
    }
  });
  ctx.fill();
  ctx.restore();
}

/** Words for what is drawn over the traces; empty if there is nothing. */
export function overlayWords({ over, events }) {
  const n = events.reduce((sum, frames) => sum + frames.length, 0);
  return { title: over.title, line: over.places.length > 0, events: events.length ? `${numberText(n, 0)} ${n === 1 ? "event" : "events"} of these neurons` : "" };
}
