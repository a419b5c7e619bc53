// Where the program's own HTTP and websocket routes answer.
import env from "$/env.json";

/** Absolute URL of a path of the API; ws or wss when `live`. */
export function backendURL(path, live = false) {
  const base = new URL(window.location.href);
  // In development the pages come from another port; a built page comes from the API's own.
  if (import.meta.env.DEV) base.port = new URL(env.EVENT).port;
  if (live) base.protocol = base.protocol === "https:" ? "wss:" : "ws:";
  return new URL(path, base.protocol + "//" + base.host).href;
}

/** A path of this site, or the fallback for anything that would lead elsewhere. */
export function ownPath(path, fallback = "/") {
  // Backslashes and control characters are read as slashes or dropped by browsers.
  if (typeof path !== "string" || !/^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(path)) return fallback;
  const url = new URL(path, window.location.origin);
  return url.origin === window.location.origin ? url.pathname + url.search + url.hash : fallback;
}

export function goToLogin() {
  const here = window.location.pathname + window.location.search;
  const back = here === "/" || here.startsWith("/login") ? "" : `?next=${encodeURIComponent(here)}`;
  window.location.assign(`/login${back}`);
}
