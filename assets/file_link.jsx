// A link to a file that the program makes: the browser keeps it, and the page stays.
import React from "react";
import { backendURL } from "./backend.js";

export function FileLink({ path, children, ...rest }) {
  return (
    <a {...rest} href={backendURL(path)} download>
      {children}
    </a>
  );
}
