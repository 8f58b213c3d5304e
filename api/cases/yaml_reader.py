"""Reading a YAML file so that every complaint about it names the file and the line."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import NoReturn

import yaml


class KnowledgeError(Exception):
    """A file of `knowledge/` is wrong; the message is one sentence with file, line and reason."""


class Value:
    """One node of a file, with the checks that its place in the file asks for."""

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self._path = path
        self._node = node

    def wrong(self, reason: str) -> NoReturn:
        line = self._node.start_mark.line + 1
        raise KnowledgeError(f"{self._path.name}, line {line}: {reason}.")

    def fields(self, *required: str, optional: tuple[str, ...] = ()) -> dict[str, "Value"]:
        """The entries of a mapping that must have `required`, and no others but `optional`."""
        if not isinstance(self._node, yaml.MappingNode):
            self.wrong(f"expected the fields {', '.join(required)}")
        found: dict[str, Value] = {}
        for key_node, value_node in self._node.value:
            key = str(key_node.value)
            here = Value(self._path, key_node)
            if key not in required and key not in optional:
                here.wrong(f'"{key}" is not a field that belongs here')
            if key in found:
                here.wrong(f'"{key}" stands here twice')
            found[key] = Value(self._path, value_node)
        for key in required:
            if key not in found:
                self.wrong(f'"{key}" is missing')
        return found

    def items(self) -> Iterator["Value"]:
        if not isinstance(self._node, yaml.SequenceNode):
            self.wrong("expected a list")
        for node in self._node.value:
            yield Value(self._path, node)

    def text(self, longest: int = 500) -> str:
        value = self._scalar("str", "a text")
        value = " ".join(value.split())
        if not value or len(value) > longest:
            self.wrong(f"expected a text of 1 to {longest} characters")
        return value

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def sentence_with(self, *blanks: str) -> str:
        """A sentence that may hold the blanks `{agency}`, … and no others."""
        sentence = self.text()
        try:
            named = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        except ValueError:
            self.wrong("a brace is open or too many")
        for name in named - set(blanks):
            self.wrong(f"the blank {{{name}}} is unknown here")
        return sentence

    def truth(self) -> bool:
        return self._scalar("bool", "true or false").lower() in ("true", "yes", "on")

    def number(self, lowest: int, highest: int) -> int:
        value = self._scalar("int", "a whole number")
        number = yaml.safe_load(value)
        if not lowest <= number <= highest:
            self.wrong(f"expected a number from {lowest} to {highest}, not {number}")
        return int(number)

    def day(self) -> date:
        value = self._scalar("timestamp", "a day such as 2027-05-11")
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.wrong(f"{value} is not a day such as 2027-05-11")

    def one_of[E: StrEnum](self, choices: type[E]) -> E:
        value = self.text()
        try:
            return choices(value)
        except ValueError:
            self.wrong(f'"{value}" is not one of {", ".join(choices)}')

    def _scalar(self, kind: str, expected: str) -> str:
        node = self._node
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"tag:yaml.org,2002:{kind}":
            self.wrong(f"expected {expected}")
        return str(node.value)


def read(path: Path) -> Value:
    """The whole file. Raises KnowledgeError when it is no YAML or not there."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except FileNotFoundError:
        raise KnowledgeError(f"{path.name}, line 1: the file is missing.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise KnowledgeError(f"{path.name}, line {line}: the text is not UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KnowledgeError(f"{path.name}, line {line}: {error.problem}.") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise KnowledgeError(f"{path.name}, line 1: {reason}.") from None
    if node is None:
        raise KnowledgeError(f"{path.name}, line 1: the file is empty.")
    return Value(path, node)
