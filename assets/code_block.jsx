// A block of code: its language, a Copy button, colours once it is complete.
import React, { memo, useEffect, useState } from "react";
import { CopyButton } from "./copy_button.jsx";
import { useText } from "./i18n.js";

const LONGEST_COLOURED = 50000;

/** The highlighter's tree as elements; it holds only text and spans with class names. */
function colours(node, key) {
  if (node.type === "text") return node.value;
  const children = node.children.map(colours);
  if (node.type === "root") return children;
  return (
    <span key={key} className={node.properties.className.join(" ")}>
      {children}
    </span>
  );
}

/** The coloured code, or null until the highlighter has it. */
function useHighlighted(language, text, open) {
  const [done, setDone] = useState(null);
  const wanted = !open && Boolean(language) && text.length <= LONGEST_COLOURED;
  useEffect(() => {
    if (!wanted) return undefined;
    let current = true;
    import("./highlighter.js")
      .then(({ highlight }) => highlight(language, text))
      .then((tree) => current && tree && setDone({ text, tree }))
      .catch(() => {}); // Code without colours is still code.
    return () => {
      current = false;
    };
  }, [language, text, wanted]);
  return done?.text === text ? done.tree : null;
}

export const CodeBlock = memo(function CodeBlock({ language, text, open }) {
  const t = useText();
  const tree = useHighlighted(language, text, open);
  return (
    <figure className="code-block">
      <figcaption className="code-header">
        <span className="code-language">{language || t("Code")}</span>
        <CopyButton text={text} className="code-copy" label={t("Copy code")} />
      </figcaption>
      <pre tabIndex={0} aria-label={t("Code")}>
        <code>{tree ? colours(tree) : text}</code>
      </pre>
    </figure>
  );
});
