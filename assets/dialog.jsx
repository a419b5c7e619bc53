// Modal dialogs on the native <dialog>.
import React, { useEffect, useId, useRef } from "react";
import { useText } from "./i18n.js";
import { CloseIcon } from "./icons.jsx";
import { useLatest } from "./latest.js";

/**
 * Shows a dialog in the page instead of above it: the browser would let nothing beside a modal
 * one be used, nor seen above it, such as the bank's question that a payment's script puts there.
 */
function layer(dialog) {
  const behind = document.querySelector(".shell");
  const opener = document.activeElement;
  if (behind) behind.inert = true;
  dialog.show();
  dialog.focus();
  // What the page behind has is an ancestor's while it cannot be touched.
  const onPress = (event) => event.target.contains(dialog) && event.target !== dialog && press();
  const press = () => dialog.dispatchEvent(new Event("dismiss"));
  const onKey = (event) => event.key === "Escape" && event.target === document.body && press();
  document.addEventListener("pointerdown", onPress);
  document.addEventListener("keydown", onKey);
  dialog.addEventListener(
    "close",
    () => {
      document.removeEventListener("pointerdown", onPress);
      document.removeEventListener("keydown", onKey);
      if (behind) behind.inert = false;
      if (opener?.isConnected) opener.focus();
    },
    { once: true },
  );
}

/** Shows a dialog; what is part of the page instead comes into sight and takes the focus. */
function show(target) {
  if (target instanceof HTMLDialogElement) {
    if (target.open) return;
    if (target.dataset.layered) layer(target);
    else target.showModal();
    target.dispatchEvent(new Event("shown"));
  } else if (target) {
    target.scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
  }
}

function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return (
    event.clientX < box.left ||
    event.clientX > box.right ||
    event.clientY < box.top ||
    event.clientY > box.bottom
  );
}

/** Opens and closes with the state's wish; tells apart who closed it. */
function useWish(ref, open, onClose) {
  const latest = useLatest(onClose);
  const byState = useRef(false);
  useEffect(() => {
    const dialog = ref.current;
    if (open === undefined || !dialog) return;
    if (open) show(dialog);
    else if (dialog.open) {
      byState.current = true;
      dialog.close();
    }
  }, [open, ref]);
  return () => {
    if (!byState.current) latest.current?.();
    byState.current = false;
  };
}

/** Calls back when the event happens to the dialog; React knows only the browser's own. */
function useHeard(ref, event, callback) {
  const latest = useLatest(callback);
  useEffect(() => {
    const dialog = ref.current;
    const said = () => latest.current?.();
    dialog.addEventListener(event, said);
    return () => dialog.removeEventListener(event, said);
  }, [ref, event, latest]);
}

export function Dialog(props) {
  const { open, title, description, dismissible = true, titleHidden, layered, ...more } = props;
  const { onShow, onClose, className, children, ...rest } = more;
  const t = useText();
  const ref = useRef(null);
  const pressedOutside = useRef(false);
  const id = useId();
  useHeard(ref, "shown", onShow);
  useHeard(ref, "dismiss", () => dismissible && ref.current.close());
  const closed = useWish(ref, open, onClose);

  // A press that began inside (selecting text) and ended on the backdrop does not close it.
  const onPointerDown = (event) => {
    pressedOutside.current = event.target === ref.current && outside(ref.current, event);
  };
  const onClick = (event) => {
    const hit = event.target === ref.current && outside(ref.current, event);
    if (dismissible && hit && pressedOutside.current) ref.current.close();
  };
  // The browser lets a second Esc through even when the first was refused; keydown is sure.
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    if (!dismissible) event.preventDefault();
    else if (layered) ref.current.close();
  };

  return (
    <dialog
      {...rest}
      ref={ref}
      tabIndex={layered ? -1 : undefined}
      data-layered={layered || undefined}
      aria-modal={layered || undefined}
      className={`dialog ${className || ""}`}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      onClose={closed}
      onCancel={(event) => !dismissible && event.preventDefault()}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onClick={onClick}
    >
      <header className={titleHidden ? "dialog-header visually-hidden" : "dialog-header"}>
        <h2 className="dialog-title" id={`${id}-title`}>
          {title}
        </h2>
        {dismissible && (
          <button
            type="button"
            className="icon-button dialog-dismiss"
            aria-label={t("Close")}
            onClick={() => ref.current.close()}
          >
            <CloseIcon />
          </button>
        )}
      </header>
      {description && (
        <p className="dialog-description" id={`${id}-description`}>
          {description}
        </p>
      )}
      {children}
    </dialog>
  );
}

export function DialogButton({ dialog, children, onClick, ...rest }) {
  const press = (event) => {
    show(document.getElementById(dialog));
    onClick?.(event);
  };
  return (
    <button type="button" {...rest} aria-haspopup="dialog" onClick={press}>
      {children}
    </button>
  );
}

export function DialogClose({ children, onClick, ...rest }) {
  const press = (event) => {
    onClick?.(event);
    event.currentTarget.closest("dialog")?.close();
  };
  return (
    <button type="button" {...rest} onClick={press}>
      {children}
    </button>
  );
}

/** Opens the dialog whenever the event happens to the window. */
export function DialogEvent({ event, dialog }) {
  useEffect(() => {
    const open = () => show(document.getElementById(dialog));
    window.addEventListener(event, open);
    return () => window.removeEventListener(event, open);
  }, [event, dialog]);
  return null;
}
