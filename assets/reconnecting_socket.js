// A websocket that comes back: after a lost connection, after sleep, when the network returns.
import { backendURL } from "./backend.js";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;
// After so long out of sight a socket may be dead without having noticed.
const DOUBTFUL_AFTER_MS = 30000;
// A connection that held so long was a good one: the next loss is news, not the same trouble.
const STEADY_AFTER_MS = 5000;

/**
 * Keep a websocket open until closed from here or for good.
 *
 * `path()` is asked before each attempt, `onOpen(again)` tells whether it is a reconnect,
 * `onText(text)` gets each frame, `onClose(code)` returns true when there is no point in
 * trying again. Returns a function that ends it.
 */
export function reconnectingSocket({ path, onOpen, onText, onClose }) {
  let socket = null;
  let timer = 0;
  let ended = false;
  let opened = false;
  let wait = FIRST_WAIT_MS;
  let hiddenAt = document.hidden ? performance.now() : null;

  function connect() {
    clearTimeout(timer);
    timer = 0;
    const current = new WebSocket(backendURL(path(), true));
    socket = current;
    let openedAt = Infinity;
    current.onopen = () => {
      if (socket !== current) return;
      openedAt = performance.now();
      onOpen?.(opened);
      opened = true;
    };
    current.onmessage = (event) => {
      if (socket !== current || ended) return;
      wait = FIRST_WAIT_MS;
      onText(event.data);
    };
    current.onclose = (event) => {
      if (socket !== current || ended) return;
      socket = null;
      if (onClose?.(event.code)) {
        end();
        return;
      }
      if (performance.now() - openedAt > STEADY_AFTER_MS) wait = FIRST_WAIT_MS;
      // A little chance keeps many pages from coming back in the same instant.
      timer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  }

  function now() {
    if (ended) return;
    wait = FIRST_WAIT_MS;
    const old = socket;
    socket = null;
    old?.close();
    connect();
  }

  function onVisibility() {
    if (document.hidden) {
      hiddenAt = performance.now();
      return;
    }
    const away = hiddenAt === null ? 0 : performance.now() - hiddenAt;
    hiddenAt = null;
    if (timer || away > DOUBTFUL_AFTER_MS) now();
  }

  function end() {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
    window.removeEventListener("online", now);
    const old = socket;
    socket = null;
    old?.close();
  }

  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("online", now);
  connect();
  return end;
}
