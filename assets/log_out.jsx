// The way out: ends the session at the server, then loads the page for visitors.
import { createElement } from "react";
import { backendURL } from "./backend.js";

async function logOut() {
  try {
    await fetch(backendURL("/api/logout"), {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
  } finally {
    window.location.assign("/login");
  }
}

/** Logs out when what it holds is pressed. */
export function LogOut({ children }) {
  return createElement("div", { className: "log-out", role: "none", onClick: logOut }, children);
}
