// A short message: good news leaves by itself, bad news stays until it was read and closed.
import { createElement, useEffect, useRef, useState } from "react";
import { useLatest } from "./latest.js";

const STAYS_MS = 6000;

export function Notice({ kind, onDismiss, className, children }) {
  const dismiss = useLatest(onDismiss);
  const [held, setHeld] = useState(false);
  const left = useRef(STAYS_MS);
  useEffect(() => {
    if (kind === "error" || held) return undefined;
    const began = performance.now();
    const timer = setTimeout(() => dismiss.current?.(), left.current);
    return () => {
      clearTimeout(timer);
      // Whoever points at it is reading: the rest of its time comes after that.
      left.current = Math.max(1500, left.current - (performance.now() - began));
    };
  }, [kind, held, dismiss]);
  return createElement(
    "div",
    {
      className: `notice notice-${kind} ${className || ""}`,
      role: kind === "error" ? "alert" : "status",
      onPointerEnter: () => setHeld(true),
      onPointerLeave: () => setHeld(false),
      onFocus: () => setHeld(true),
      onBlur: () => setHeld(false),
    },
    children,
  );
}
