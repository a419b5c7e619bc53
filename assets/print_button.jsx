// A button that prints the page.
import React from "react";

export function PrintButton({ children, onClick, ...rest }) {
  const press = (event) => {
    onClick?.(event);
    window.print();
  };
  return (
    <button type="button" {...rest} onClick={press}>
      {children}
    </button>
  );
}
