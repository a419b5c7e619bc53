// The way out: ends the session at the server, forgets it here, then loads the page for visitors.
import { createElement } from "react";
import { backendURL } from "./backend.js";

const DRAFTS = "gptchina.draft.";

/** Leave nothing for the next person at this browser: no page state, no unsent text. */
function forget() {
  try {
    sessionStorage.clear();
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(DRAFTS)) localStorage.removeItem(key);
    }
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

async function logOut() {
  try {
    await fetch(backendURL("/api/logout"), {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
  } finally {
    forget();
    window.location.assign("/login");
  }
}

/** Logs out when what it holds is pressed. */
export function LogOut({ children }) {
  return createElement("div", { className: "log-out", role: "none", onClick: logOut }, children);
}
