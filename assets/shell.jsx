// The frame of the signed-in pages: a sidebar that folds to a strip on the desktop and is a
// drawer on the phone. What is folded is remembered in the browser.
import { createElement, useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { useLocation } from "react-router";

const KEY = "gptchina.sidebar";
const PHONE = "(max-width: 767px)";

const listeners = new Set();
let folded = null;
let drawer = false;

function readFolded() {
  if (folded === null) {
    try {
      folded = localStorage.getItem(KEY) === "folded";
    } catch {
      folded = false;
    }
  }
  return folded;
}

function announce() {
  for (const listener of listeners) listener();
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setFolded(value) {
  folded = value;
  try {
    localStorage.setItem(KEY, value ? "folded" : "open");
  } catch {
    // A browser that keeps nothing still folds for this page.
  }
  announce();
}

function setDrawer(value) {
  if (drawer === value) return;
  drawer = value;
  announce();
}

const off = () => false;

export function useSidebarFolded() {
  return useSyncExternalStore(subscribe, readFolded, off);
}

export function useDrawerOpen() {
  return useSyncExternalStore(subscribe, () => drawer, off);
}

/** Keeps focus in the drawer while it is open, and gives it back to the button that opened it. */
function useDrawerFocus(frame, open) {
  const opener = useRef(null);
  useEffect(() => {
    const sidebar = frame.current?.querySelector(".sidebar");
    const main = frame.current?.querySelector(".shell-main");
    if (!sidebar || !main) return undefined;
    if (open) {
      opener.current = document.activeElement;
      main.inert = true;
      sidebar.querySelector("a, button")?.focus();
    } else if (main.inert) {
      main.inert = false;
      if (opener.current?.isConnected) opener.current.focus();
    }
    return undefined;
  }, [frame, open]);
}

/** Closes the drawer when the page changes or the window is no longer a phone's. */
function useDrawerEnds() {
  const { pathname } = useLocation();
  useEffect(() => setDrawer(false), [pathname]);
  useEffect(() => {
    const phone = window.matchMedia(PHONE);
    const leave = () => setDrawer(false);
    phone.addEventListener("change", leave);
    return () => {
      phone.removeEventListener("change", leave);
      setDrawer(false);
    };
  }, []);
}

export function Shell({ children }) {
  const frame = useRef(null);
  const isFolded = useSidebarFolded();
  const open = useDrawerOpen();
  useDrawerFocus(frame, open);
  useDrawerEnds();
  const onKeyDown = useCallback((event) => {
    const inDialog = event.target.closest?.("dialog, [role=menu]");
    if (event.key === "Escape" && !event.defaultPrevented && !inDialog) setDrawer(false);
  }, []);
  const onClick = useCallback((event) => {
    if (event.target.closest(".sidebar a, .sidebar [data-leaves]")) setDrawer(false);
  }, []);
  return createElement(
    "div",
    {
      ref: frame,
      className: "shell",
      "data-folded": isFolded,
      "data-drawer": open ? "open" : "closed",
      onKeyDown,
      onClick,
    },
    children,
    createElement("div", {
      key: "backdrop",
      className: "shell-backdrop",
      onClick: () => setDrawer(false),
    }),
  );
}

const ACTIONS = {
  open: () => setDrawer(true),
  close: () => setDrawer(false),
  fold: () => setFolded(!readFolded()),
};

/** A button that moves the sidebar; `action` is open, close or fold. */
export function SidebarButton({ action, label, className, children }) {
  const isFolded = useSidebarFolded();
  const open = useDrawerOpen();
  return createElement(
    "button",
    {
      type: "button",
      className,
      title: label,
      "aria-label": label,
      "aria-expanded": action === "fold" ? !isFolded : open,
      "aria-controls": "sidebar",
      onClick: ACTIONS[action],
    },
    children,
  );
}
