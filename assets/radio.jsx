// A radio button that turns at once when pressed, and follows the state when that says otherwise.
import { createElement, useLayoutEffect, useRef } from "react";

export function Radio({ checked, onChoose, ...rest }) {
  const input = useRef(null);
  useLayoutEffect(() => {
    if (checked) input.current.checked = true;
  }, [checked]);
  return createElement("input", { ...rest, ref: input, type: "radio", onChange: onChoose });
}
