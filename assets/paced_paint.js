// One paint per animation frame; fewer when a paint itself takes long, so that the page stays
// quick to the reader's hands whatever streams.
import { flushSync } from "react-dom";

const HEAVY_PAINT_MS = 12;
const HIDDEN_MS = 1000;

/**
 * Returns `soon()`, which asks for a paint, and `atOnce()`, which asks for one without rest.
 * A paint first calls `gather()` and then `draw()`.
 */
export function pacedPaint(gather, draw) {
  let frame = 0;
  let restUntil = 0;

  function paint() {
    if (performance.now() < restUntil && !document.hidden) {
      frame = requestAnimationFrame(paint);
      return;
    }
    frame = 0;
    gather();
    const start = performance.now();
    flushSync(draw);
    const took = performance.now() - start;
    restUntil = took > HEAVY_PAINT_MS ? start + 2 * took : 0;
  }

  function soon() {
    if (frame) return;
    // Frames stand still out of sight; there a slow timer does.
    frame = document.hidden ? setTimeout(paint, HIDDEN_MS) : requestAnimationFrame(paint);
  }

  function atOnce() {
    restUntil = 0;
    soon();
  }

  return { soon, atOnce };
}
