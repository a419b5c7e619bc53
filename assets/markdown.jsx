// Markdown of an answer: no raw HTML, safe links, blocks that are drawn once.
import React, { memo, useRef } from "react";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./code_block.jsx";
import { useText } from "./i18n.js";
import { MarkdownBlocks } from "./markdown_blocks.js";

// An open paragraph of this size is shown as it is until it ends: parsing it per frame would
// cost the reader more than it gives.
const LARGEST_OPEN = 12000;
const LARGEST = 200000;

const PLUGINS = [remarkGfm];
// The only addresses an answer may lead to; "#" belongs to footnotes.
const ADDRESS = /^(?:https?:\/\/|mailto:|#)/i;

const safeAddress = (url) => (ADDRESS.test(url) ? url : "");

function Link({ href, children, id, className, "data-footnote-ref": footnote }) {
  if (!href) return <span>{children}</span>;
  if (href.startsWith("#")) {
    return (
      <a href={href} id={id} className={className} data-footnote-ref={footnote}>
        {children}
      </a>
    );
  }
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** Pictures stay where they are: loading one would tell a stranger who reads this. */
function Picture({ src, alt }) {
  const t = useText();
  const text = alt || t("Image");
  return src ? <Link href={src}>{text}</Link> : <span>{text}</span>;
}

function Table({ children }) {
  const t = useText();
  return (
    <div className="table-scroll" role="region" aria-label={t("Table")} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}

const plainText = (node) =>
  node?.type === "text" ? node.value : (node?.children ?? []).map(plainText).join("");

function Pre({ node }) {
  const code = node.children.find((child) => child.tagName === "code");
  const name = (code?.properties?.className ?? []).find((c) => String(c).startsWith("language-"));
  return (
    <CodeBlock
      language={name ? String(name).slice("language-".length) : ""}
      text={plainText(code).replace(/\n$/, "")}
    />
  );
}

// One object for ever: a new map would make React throw away everything drawn so far.
const COMPONENTS = { a: Link, img: Picture, table: Table, pre: Pre };

const Block = memo(function Block({ kind, language, text, definitions, open, prefix }) {
  if (kind === "code") return <CodeBlock language={language} text={text} open={open} />;
  if (text.length > (open ? LARGEST_OPEN : LARGEST)) {
    return <p className="markdown-plain">{text}</p>;
  }
  return (
    <ReactMarkdown
      components={COMPONENTS}
      remarkPlugins={PLUGINS}
      remarkRehypeOptions={{ clobberPrefix: prefix }}
      urlTransform={safeAddress}
    >
      {definitions ? definitions + text : text}
    </ReactMarkdown>
  );
});

/** `text` as Markdown; `open` while more of it is coming. */
export function Markdown({ id, text, open }) {
  const blocks = useRef(null);
  blocks.current ??= new MarkdownBlocks();
  return (
    <div className="markdown" data-open={open}>
      {blocks.current.feed(text, !open).map((block) => (
        <Block {...block} key={block.key} prefix={`${id}-${block.key}-`} />
      ))}
    </div>
  );
}
