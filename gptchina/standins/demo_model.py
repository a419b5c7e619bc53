"""What the demo model says: pleasant, useful, and open about being a demo."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from string import Template

from gptchina.standins.arithmetic import find_sum

_HAN = re.compile(r"[\u3400-\u9fff]")
_SUBJECTS = (
    (
        "key",
        re.compile(
            r"api[ _-]?key|\.env\b|connect|set ?up|install|configur|real model|openai|anthropic"
            r"|密钥|接入|配置|安装|真正的模型|真实模型",
            re.IGNORECASE,
        ),
    ),
    (
        "tokens",
        re.compile(
            r"\btokens?\b|\bpric|\bcosts?\b|\bbalance\b|\bcredits?\b|\bpay"
            r"|余额|价格|费用|计费|收费|额度|充值|多少钱",
            re.IGNORECASE,
        ),
    ),
    (
        "code",
        re.compile(
            r"\bcode\b|python|javascript|\bprogram|\bfunction\b|\bscript\b|\bsql\b|代码|程序|编程|函数",
            re.IGNORECASE,
        ),
    ),
    (
        "greeting",
        re.compile(
            r"\s*(hi|hello|hey|good (morning|evening|day)|who are you|what can you do|help"
            r"|你好|您好|嗨|早上好|晚上好|在吗|你是谁|你能做什么)[\s!,.?！，。？]*",  # noqa: RUF001
            re.IGNORECASE,
        ),
    ),
)
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")
_LONGEST_TOPIC = 80


@cache
def _text(language: str, name: str) -> str:
    return files("gptchina.standins").joinpath("answers", language, f"{name}.md").read_text("utf-8")


def _topic(question: str) -> str:
    """Return the question on one line, cut to a readable length, its Markdown made harmless."""
    line = " ".join(question.split())
    if len(line) > _LONGEST_TOPIC:
        line = line[:_LONGEST_TOPIC].rstrip() + "…"
    return _MARKDOWN.sub(r"\\\1", line)


def _subject(question: str) -> str:
    for name, pattern in _SUBJECTS:
        found = pattern.fullmatch(question) if name == "greeting" else pattern.search(question)
        if found:
            return name
    return "other" if question else "greeting"


def answer(question: str) -> str:
    """Return the demo model's answer in Markdown, in the language of the question."""
    language = "zh" if _HAN.search(question) else "en"
    result = find_sum(question)
    if result:
        values = {"sum": result[0], "result": result[1]}
        return Template(_text(language, "sum")).substitute(values).strip()
    text = Template(_text(language, _subject(question)))
    return text.substitute(topic=_topic(question)).strip()


def sample_text(characters: int) -> str:
    """Return Markdown of exactly that many characters, its parts as varied as in real answers."""
    page = _text("en", "sample")
    return (page * (characters // len(page) + 1))[:characters]
