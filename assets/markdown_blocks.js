// Cuts a growing Markdown text into top-level blocks, so that only the last one is parsed again.
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";

const parser = unified().use(remarkParse).use(remarkGfm).freeze();

const FENCE = /^( {0,3})(`{3,}|~{3,})([^\n]*)(?:\n|$)/;
// A last line of which the next character decides what it is: kept back for that moment, or a
// paragraph would flash as a heading when a list begins under it.
const UNDECIDED = /^ {0,3}(?:[-=*_+#>]+|\d{1,9}[.)]?|[`~]{1,3}|\|?[-:| ]+)[ \t]*$/;
const LONGEST_UNDECIDED = 100;
// Above this an open block is parsed only when it has grown by a quarter or may have ended.
const LARGE = 8000;

// Ends a footnote before the block that refers to it; a label that nobody writes.
const SEPARATOR = "[\u2063]: #\n\n";

const lineStart = (text, offset) => text.lastIndexOf("\n", offset - 1) + 1;

function decided(source) {
  const last = lineStart(source, source.length);
  const line = source.slice(last, last + LONGEST_UNDECIDED + 1);
  return line.length <= LONGEST_UNDECIDED && UNDECIDED.test(line) ? source.slice(0, last) : source;
}

/** The opening fence of a block of code, or null; `info` must not look like inline code. */
export function openingFence(text) {
  const match = FENCE.exec(text);
  if (!match || (match[2][0] === "`" && match[3].includes("`"))) return null;
  return { indent: match[1].length, mark: match[2], info: match[3].trim(), length: match[0].length };
}

/** Offset behind the line that closes the fence, searched from the start of a line, or -1. */
function closingEnd(text, fence, from) {
  const closing = new RegExp(`^ {0,3}\\${fence.mark[0]}{${fence.mark.length},}[ \\t]*$`);
  let at = from;
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    if (closing.test(text.slice(at, end < 0 ? text.length : end))) {
      return end < 0 ? text.length : end + 1;
    }
    if (end < 0) return -1;
    at = end + 1;
  }
  return -1;
}

/** The code of a fenced block, of which the fence closes at `close` if at all. */
function codeOf(text, fence, close, open) {
  let end = text.length;
  if (close >= 0) end = lineStart(text, text[close - 1] === "\n" ? close - 1 : close);
  const last = lineStart(text, end);
  // While it grows, a last line of nothing but marks may become the closing fence.
  if (open && new RegExp(`^ {0,3}\\${fence.mark[0]}+$`).test(text.slice(last))) end = last;
  const body = text.slice(fence.length, end).replace(/\n$/, "");
  return fence.indent ? body.replace(new RegExp(`^ {1,${fence.indent}}`, "gm"), "") : body;
}

function blockOf(key, text, growing) {
  const fence = openingFence(text);
  if (!fence) return { key, kind: "text", text, open: growing };
  const close = closingEnd(text, fence, fence.length);
  const open = growing && close < 0;
  return {
    key,
    kind: "code",
    language: fence.info.split(/\s/)[0],
    text: codeOf(text, fence, close, open),
    open,
  };
}

/** Definitions to stand before a block: behind it they would fall into a fence left open. */
const before = (wanted) => `${wanted.map(({ source }) => source).join("\n")}\n\n${SEPARATOR}`;

/** Where the line of a node begins; never inside the one before it. */
function startOf(node, previous, source) {
  const behind = previous.position.end.offset;
  const start = node.position.start.offset;
  // The parser lets an underlined heading begin at the definitions that stand right above it.
  return start > behind ? lineStart(source, start) : source.indexOf("\n", behind) + 1;
}

const sameReference = (text, label) => text.toLowerCase().includes(`[${label.toLowerCase()}]`);

/** The blocks of one message, fed with its whole text each time that has grown. */
export class MarkdownBlocks {
  constructor() {
    this.reset();
  }

  reset() {
    this.text = "";
    this.finished = []; // blocks that no later text can change
    this.definitions = []; // {label, source} of link references and footnotes
    this.cut = 0; // where the open block begins
    this.fence = null; // the open block is code inside this fence
    this.scanned = 0; // complete lines were looked at up to here
    this.parsed = 0; // length of the open block when it was parsed last
  }

  /** Blocks of `text`; `final` when nothing follows. */
  feed(text, final) {
    if (!text.startsWith(this.text)) this.reset();
    const fresh = this.text === "" && this.finished.length === 0;
    this.text = text;
    // A text that never streamed here needs no cutting.
    if (fresh && final) {
      this.finished = [{ key: 0, kind: "text", text, open: false }];
      this.cut = text.length;
    } else this.#advance(final ? text.length : text.lastIndexOf("\n") + 1, final);
    return this.#withDefinitions(this.#openBlock(final));
  }

  /** Freeze what complete lines up to `end` have finished. */
  #advance(end, final) {
    while (this.cut < end) {
      if (this.fence) {
        const from = Math.max(this.scanned, this.cut + this.fence.length);
        const close = closingEnd(this.text.slice(0, end), this.fence, from);
        if (close < 0 && !final) {
          this.scanned = end;
          return;
        }
        this.#keep(this.text, this.cut, close < 0 ? end : close, null);
        continue;
      }
      if (!this.#cutAt(end, final)) return;
    }
  }

  /** Parse the open block; freeze all its nodes but the last. False when that one is all. */
  #cutAt(end, final) {
    const source = this.text.slice(this.cut, end);
    const grown = source.length - this.parsed;
    const may = source.length < LARGE || grown > this.parsed / 4 || final;
    if (!may && source.indexOf("\n\n", this.parsed - 2) < 0) return false;
    const nodes = parser.parse(source).children;
    const base = this.cut;
    const stop = final ? nodes.length : nodes.length - 1;
    for (let i = 0; i < stop; i += 1) {
      const next = nodes[i + 1];
      this.#keep(this.text, this.cut, next ? base + startOf(next, nodes[i], source) : end, nodes[i]);
    }
    if (final) {
      this.cut = end;
      return false;
    }
    this.parsed = end - this.cut;
    const last = nodes[nodes.length - 1];
    if (last?.type !== "code") return false;
    this.fence = openingFence(this.text.slice(this.cut, end));
    this.scanned = this.cut + (this.fence?.length ?? 0);
    return Boolean(this.fence);
  }

  #keep(text, from, to, node) {
    const source = text.slice(from, to);
    this.cut = to;
    this.fence = null;
    this.parsed = 0;
    const label = node?.label;
    if (node?.type === "definition") this.definitions.push({ label, source });
    else if (node?.type === "footnoteDefinition") {
      this.definitions.push({ label: `^${label}`, source });
    } else if (source.trim()) this.finished.push(blockOf(this.finished.length, source, false));
  }

  #openBlock(final) {
    let source = this.text.slice(this.cut);
    if (!final && !this.fence) source = decided(source);
    if (!source.trim()) return null;
    return blockOf(this.finished.length, source, !final);
  }

  /** Give each block the definitions that it refers to, wherever in the text they stand. */
  #withDefinitions(open) {
    const blocks = open ? [...this.finished, open] : this.finished;
    if (this.definitions.length === 0) return blocks;
    return blocks.map((block) => {
      if (block.kind === "code") return block;
      const wanted = this.definitions.filter(({ label }) => sameReference(block.text, label));
      return wanted.length
        ? { ...block, definitions: before(wanted) }
        : block;
    });
  }
}
