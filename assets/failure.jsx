// What stands in place of a page that broke while it was drawn.
import { createElement } from "react";
import { useText } from "./i18n.js";

export function Failure() {
  const t = useText();
  return createElement(
    "div",
    { className: "nowhere" },
    createElement(
      "main",
      { className: "nowhere-words", role: "alert" },
      createElement("h1", { className: "hero-title" }, t("This page broke")),
      createElement(
        "p",
        { className: "hero-text" },
        t("That is a fault of the program. What you wrote is kept in this browser."),
      ),
      createElement(
        "button",
        {
          type: "button",
          className: "button button-primary",
          onClick: () => window.location.reload(),
        },
        t("Reload the page"),
      ),
    ),
  );
}
