// Stripe's form in the colours of the page: read from the style sheet, again with each theme.
import { useEffect, useState } from "react";

const VARIABLES = {
  colorPrimary: "--accent",
  colorBackground: "--bg",
  colorText: "--text",
  colorTextSecondary: "--text-2",
  colorTextPlaceholder: "--text-3",
  colorDanger: "--danger",
  borderRadius: "--radius-s",
  fontFamily: "--font",
};

function read() {
  const root = document.documentElement;
  const style = getComputedStyle(root);
  const entries = Object.entries(VARIABLES).map(([name, property]) => [
    name,
    style.getPropertyValue(property).trim(),
  ]);
  return {
    theme: root.dataset.theme === "dark" ? "night" : "stripe",
    variables: { ...Object.fromEntries(entries), fontSizeBase: "15px", spacingUnit: "4px" },
  };
}

/** The appearance for <Elements>: the same object until the theme changes. */
export function useAppearance() {
  const [appearance, setAppearance] = useState(read);
  useEffect(() => {
    const watch = new MutationObserver(() => setAppearance(read()));
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => watch.disconnect();
  }, []);
  return appearance;
}
