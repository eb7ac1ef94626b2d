// What the picture holds: the model's traits as numbers and words.

/** The numbers of a binary trait: a view of its bytes, or a copy where they are not aligned. */
function numbersOf(bytes, Numbers) {
  const isAligned = bytes.byteOffset % 4 === 0;
  const buffer = isAligned ? bytes.buffer : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return new Numbers(buffer, isAligned ? bytes.byteOffset : 0, bytes.byteLength / 4);
}

/** Events of each trace; they are of the whole recording, so that a pan brings none. */
function eventsOf(frames, counts) {
  let first = 0;
  return counts.map((count) => frames.subarray(first, (first += count)));
}

export function heldOf(model) {
  const get = (name) => model.get(name);
  return {
    labels: get("labels"), features: get("features"), ranges: get("ranges"), units: get("units"),
    values: numbersOf(get("block"), Float32Array), denoised: get("denoised"),
    start: get("start"), step: get("step"), n: get("n_columns"),
    nFrames: get("n_frames"), nTotal: get("n_total"), fps: get("fps"), answered: get("answered"),
    over: { title: get("over_title"), places: get("over_places"), values: numbersOf(get("over_block"), Float32Array) },
    events: eventsOf(numbersOf(get("event_block"), Int32Array), get("event_counts")),
  };
}
