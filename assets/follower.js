// Reads one running answer from its websocket, from the offset it has reached.
import { goToLogin } from "./backend.js";
import { reconnectingSocket } from "./reconnecting_socket.js";

/** Unicode code points of a text, as the server counts its offset. */
export function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Each frame's first character is its kind; the rest is text or JSON. */
export function followGeneration(generation, { onHead, onText, onReasoning, onEnd, onLost }) {
  let offset = 0;
  let begun = false;
  const pieces = { t: onText, r: onReasoning };

  function onFrame(frame) {
    const kind = frame[0];
    const body = frame.slice(1);
    if (kind in pieces) {
      offset += codePoints(body);
      pieces[kind](body);
    } else if (kind === "h" && !begun) {
      begun = true;
      onHead(JSON.parse(body));
    } else if (kind === "e") {
      stop();
      onEnd(JSON.parse(body));
    }
  }

  const stop = reconnectingSocket({
    path: () => `/live/${encodeURIComponent(generation)}?from=${offset}`,
    onText: onFrame,
    onClose: (code) => {
      if (code === 4401) goToLogin();
      if (code === 4404) onLost();
      return code === 4401 || code === 4404;
    },
  });
}
