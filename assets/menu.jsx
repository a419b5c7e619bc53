// Popup menus: roles, keyboard, focus and place.
import React, {
  createContext,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useNavigate } from "react-router";

export const MenuContext = createContext(null);

const GAP = 4;
const MARGIN = 8;

export function Menu({ className, children, ...rest }) {
  const [open, setOpen] = useState(null); // null, or where the focus goes: "first" | "last"
  const trigger = useRef(null);
  const popup = useRef(null);
  const id = useId();
  const menu = useMemo(
    () => ({
      id,
      open,
      trigger,
      popup,
      show: setOpen,
      close(refocus) {
        setOpen(null);
        if (refocus) trigger.current?.focus();
      },
    }),
    [id, open],
  );
  return (
    <MenuContext.Provider value={menu}>
      <div {...rest} className={`menu ${className || ""}`}>
        {children}
      </div>
    </MenuContext.Provider>
  );
}

export function MenuTrigger({ children, onClick, ...rest }) {
  const menu = useContext(MenuContext);
  const onKeyDown = (event) => {
    const where = { ArrowDown: "first", ArrowUp: "last" }[event.key];
    if (!where) return;
    event.preventDefault();
    menu.show(where);
  };
  return (
    <button
      type="button"
      {...rest}
      ref={menu.trigger}
      aria-haspopup="menu"
      aria-expanded={menu.open !== null}
      aria-controls={menu.open === null ? undefined : menu.id}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        onClick?.(event);
        if (menu.open === null) menu.show("first");
        else menu.close(true);
      }}
    >
      {children}
    </button>
  );
}

/** Put the popup at its trigger, under it or above it, inside the viewport. */
function place(popup, trigger) {
  const anchor = trigger.getBoundingClientRect();
  const width = popup.offsetWidth;
  const height = popup.offsetHeight;
  const view = document.documentElement;
  const under = anchor.bottom + GAP;
  const above = anchor.top - GAP - height;
  const fits = under + height <= view.clientHeight - MARGIN;
  const top = fits || above < MARGIN ? under : above;
  const right = anchor.left + width > view.clientWidth - MARGIN;
  const left = right ? anchor.right - width : anchor.left;
  const inside = (value, size, room) =>
    Math.max(MARGIN, Math.min(value, room - MARGIN - size));
  popup.style.top = `${inside(top, height, view.clientHeight)}px`;
  popup.style.left = `${inside(left, width, view.clientWidth)}px`;
}

const itemsOf = (popup) => [
  ...popup.querySelectorAll('[role^="menuitem"]:not([aria-disabled="true"])'),
];

/** Move the focus by the keys of a menu; returns whether the key was one. */
function move(popup, event) {
  const items = itemsOf(popup);
  const at = items.indexOf(document.activeElement);
  const last = items.length - 1;
  const to = {
    ArrowDown: at >= last ? 0 : at + 1,
    ArrowUp: at <= 0 ? last : at - 1,
    Home: 0,
    End: last,
  }[event.key];
  if (to !== undefined) {
    items[to]?.focus();
    return true;
  }
  if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey) return false;
  const letter = event.key.toLowerCase();
  const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  rest.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  return true;
}

/** While open: placed, focused, closed by a press elsewhere or when the page moves under it. */
function useOpenPopup(menu) {
  const { open, popup, trigger } = menu;
  useLayoutEffect(() => {
    if (open === null) return;
    place(popup.current, trigger.current);
    const items = itemsOf(popup.current);
    (open === "last" ? items[items.length - 1] : items[0])?.focus();
  }, [open, popup, trigger]);
  useEffect(() => {
    if (open === null) return undefined;
    const within = (node) => popup.current?.contains(node) || trigger.current?.contains(node);
    const onPress = (event) => !within(event.target) && menu.close(false);
    const onMove = (event) => !popup.current?.contains(event.target) && menu.close(false);
    document.addEventListener("pointerdown", onPress, true);
    window.addEventListener("resize", onMove);
    window.addEventListener("scroll", onMove, true);
    return () => {
      document.removeEventListener("pointerdown", onPress, true);
      window.removeEventListener("resize", onMove);
      window.removeEventListener("scroll", onMove, true);
    };
  }, [open, menu, popup, trigger]);
}

export function MenuPopup({ label, className, children, ...rest }) {
  const menu = useContext(MenuContext);
  useOpenPopup(menu);
  if (menu.open === null) return null;
  const onKeyDown = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      menu.close(true);
    } else if (event.key === "Tab") {
      menu.close(true);
    } else if (!move(menu.popup.current, event)) return;
    if (event.key !== "Tab") event.preventDefault();
  };
  return (
    <div
      {...rest}
      ref={menu.popup}
      id={menu.id}
      role="menu"
      aria-label={label}
      className={`menu-popup ${className || ""}`}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

/** What makes an element an item of the menu around it. */
export function useMenuItem(choose, { disabled = false, keepOpen = false } = {}) {
  const menu = useContext(MenuContext);
  return {
    tabIndex: -1,
    "aria-disabled": disabled || undefined,
    onPointerMove: (event) => !disabled && event.currentTarget.focus({ preventScroll: true }),
    onClick: (event) => {
      if (disabled) return;
      if (!keepOpen) menu?.close(true);
      choose?.(event);
    },
  };
}

export function MenuItem({ href, disabled, onSelect, className, children, ...rest }) {
  const navigate = useNavigate();
  const choose = (event) => {
    const plain = !(event.metaKey || event.ctrlKey || event.shiftKey);
    if (href && plain) {
      event.preventDefault();
      navigate(href);
    }
    onSelect?.();
  };
  const item = useMenuItem(choose, { disabled });
  const Tag = href ? "a" : "button";
  return (
    <Tag
      {...rest}
      {...item}
      {...(href ? { href } : { type: "button" })}
      role="menuitem"
      className={`menu-item ${className || ""}`}
    >
      {children}
    </Tag>
  );
}

export function MenuSeparator() {
  return <div role="separator" className="menu-separator" />;
}
