// Forms for the HTTP API: JSON out, the refusal at its field, then a full navigation.
import React, { createContext, useContext, useEffect, useId, useRef, useState } from "react";
import { backendURL, ownPath } from "./backend.js";
import { useText } from "./i18n.js";
import { WarningIcon } from "./icons.jsx";

const FormContext = createContext({ busy: false, refusal: null, touched() {} });

/** Post the fields; resolves to null when accepted, else to {code, field, params}. */
async function post(action, fields) {
  let response;
  try {
    response = await fetch(backendURL(action), {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(fields),
    });
  } catch {
    return { code: "network" };
  }
  if (response.ok) return null;
  const refusal = await response.json().catch(() => null);
  return typeof refusal?.code === "string" ? refusal : { code: "server" };
}

function useRefusalText(messages) {
  const t = useText();
  return (refusal) => {
    if (refusal.code === "network") {
      return t("The server cannot be reached. Check your connection and try again.");
    }
    const known = messages?.[refusal.code];
    return known
      ? t(known, refusal.params)
      : t("Something went wrong on our side. Please try again.");
  };
}

function nextOf(nextPath) {
  const asked = new URLSearchParams(window.location.search).get("next");
  return ownPath(asked, ownPath(nextPath, "/"));
}

export function ApiForm({ action, nextPath, messages, className, children, ...rest }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState(null);
  const form = useRef(null);
  const textOf = useRefusalText(messages);

  async function onSubmit(event) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    const answer = await post(action, Object.fromEntries(new FormData(form.current)));
    if (answer === null) {
      // Stays busy until the new page is there.
      window.location.assign(nextOf(nextPath));
      return;
    }
    setBusy(false);
    setRefusal(answer);
  }

  useEffect(() => {
    if (refusal?.field) form.current.elements.namedItem(refusal.field)?.focus?.();
  }, [refusal]);
  // A page restored by Back must not be stuck in the busy state it was left in.
  useEffect(() => {
    const onShow = (event) => event.persisted && setBusy(false);
    window.addEventListener("pageshow", onShow);
    return () => window.removeEventListener("pageshow", onShow);
  }, []);

  const atField = refusal?.field && form.current?.elements.namedItem(refusal.field);
  const touched = (name) =>
    setRefusal((current) => (current?.field === name ? null : current));
  return (
    <FormContext.Provider value={{ busy, refusal, textOf, touched }}>
      <form
        {...rest}
        ref={form}
        noValidate
        method="post"
        aria-busy={busy}
        className={`api-form ${className || ""}`}
        onSubmit={onSubmit}
      >
        <div role="alert">
          {refusal && !atField && (
            <p className="form-error">
              <WarningIcon />
              <span>{textOf(refusal)}</span>
            </p>
          )}
        </div>
        {children}
      </form>
    </FormContext.Provider>
  );
}

function useFocusOnMount(wanted) {
  const ref = useRef(null);
  useEffect(() => {
    // On a touch screen the keyboard would cover what the page says.
    if (wanted && window.matchMedia("(pointer: fine)").matches) ref.current?.focus();
  }, [wanted]);
  return ref;
}

export function ApiField(props) {
  const { name, label, type = "text", hint, autoFocus, className, ...rest } = props;
  const { refusal, textOf, touched } = useContext(FormContext);
  const id = useId();
  const ref = useFocusOnMount(autoFocus);
  const wrong = refusal?.field === name;
  const described = [hint && `${id}-hint`, wrong && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={`field ${className || ""}`}>
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <input
        {...rest}
        ref={ref}
        id={id}
        name={name}
        type={type}
        className="field-input"
        aria-invalid={wrong || undefined}
        aria-describedby={described || undefined}
        onChange={() => touched(name)}
      />
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div role="alert">
        {wrong && (
          <p className="field-error" id={`${id}-error`}>
            <WarningIcon />
            <span>{textOf(refusal)}</span>
          </p>
        )}
      </div>
    </div>
  );
}

/** Nothing of it is kept anywhere: it goes from the address into the form that is sent. */
export function ApiQuery({ name }) {
  const [value, setValue] = useState("");
  useEffect(() => setValue(new URLSearchParams(window.location.search).get(name) ?? ""), [name]);
  return <input type="hidden" name={name} value={value} />;
}

export function ApiSubmit({ className, children, ...rest }) {
  const { busy } = useContext(FormContext);
  return (
    <button
      {...rest}
      type="submit"
      className={`button button-primary ${className || ""}`}
      aria-disabled={busy || undefined}
      data-busy={busy}
    >
      {children}
    </button>
  );
}
