// A question that was refused for want of tokens and waits for them: one in each tab, kept through
// a reload and the way to a bank and back. Whoever takes it sends it, so it is sent once.
import { useSyncExternalStore } from "react";

const KEY = "gptchina.pending";
const NONE = null;
const listeners = new Set();
let pending; // undefined until it was read

function read() {
  if (pending !== undefined) return pending;
  try {
    const { conversation, answer, price } = JSON.parse(window.sessionStorage.getItem(KEY));
    pending = conversation && answer && price > 0 ? { conversation, answer, price } : NONE;
  } catch {
    // Nothing is kept, or storage is forbidden.
    pending = NONE;
  }
  return pending;
}

function write(next) {
  pending = next;
  try {
    if (next) window.sessionStorage.setItem(KEY, JSON.stringify(next));
    else window.sessionStorage.removeItem(KEY);
  } catch {
    // It waits in this page, as long as that is open.
  }
  for (const listener of listeners) listener();
}

/** Let the question of a refused answer wait until its price can be paid. */
export function waitForTokens(conversation, answer, price) {
  write({ conversation, answer, price });
}

/** Nothing waits any more. */
export function stopWaiting() {
  if (read()) write(NONE);
}

/** Take what waits, for it to be sent; null if somebody has. */
export function takePending() {
  const taken = read();
  if (taken) write(NONE);
  return taken;
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const usePending = () => useSyncExternalStore(subscribe, read, () => NONE);
