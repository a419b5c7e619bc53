// Theme and language as radio buttons or menu items; the switch is made in the browser.
import React, { useContext, useEffect, useSyncExternalStore } from "react";
import { getLanguage, setLanguage, useLanguage } from "./i18n.js";
import { CheckIcon } from "./icons.jsx";
import { MenuContext, useMenuItem } from "./menu.jsx";

const noTheme = { get: () => "system", set() {}, subscribe: () => () => {} };
const themes = () => (typeof window !== "undefined" && window.gptchinaTheme) || noTheme;

export const getTheme = () => themes().get();
export const setTheme = (theme) => themes().set(theme);
const subscribeTheme = (listener) => themes().subscribe(listener);

export const useTheme = () => useSyncExternalStore(subscribeTheme, getTheme, () => "system");

const switches = { theme: setTheme, language: setLanguage };

function useChosen(kind) {
  const theme = useTheme();
  const language = useLanguage();
  return kind === "theme" ? theme : language;
}

function MenuRadio({ checked, choose, className, children, ...rest }) {
  const item = useMenuItem(choose, { keepOpen: true });
  return (
    <button
      {...rest}
      {...item}
      type="button"
      role="menuitemradio"
      aria-checked={checked}
      className={`menu-item ${className || ""}`}
    >
      <span className="menu-check">{checked && <CheckIcon />}</span>
      {children}
    </button>
  );
}

export function PreferenceRadio({ kind, value, onChoose, className, children, ...rest }) {
  const inMenu = useContext(MenuContext) !== null;
  const checked = useChosen(kind) === value;
  const choose = () => {
    switches[kind]?.(value);
    onChoose?.(value);
  };
  if (inMenu)
    return (
      <MenuRadio {...rest} checked={checked} choose={choose} className={className}>
        {children}
      </MenuRadio>
    );
  return (
    <label {...rest} className={`preference ${className || ""}`} data-checked={checked}>
      <input
        type="radio"
        name={`preference-${kind}`}
        value={value}
        checked={checked}
        onChange={choose}
      />
      <span>{children}</span>
    </label>
  );
}

export function PreferenceSync({ theme, language }) {
  useEffect(() => {
    if (theme && theme !== getTheme()) setTheme(theme);
  }, [theme]);
  useEffect(() => {
    if (language && language !== getLanguage()) setLanguage(language);
  }, [language]);
  return null;
}
