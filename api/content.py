"""The office's YAML files read strictly: a mistake is told with its file, line and reason."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from yaml.constructor import SafeConstructor

# The parser written in C is ten times as fast; not every build of the library has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]


class WrongContent(Exception):
    """A knowledge file cannot be used. The message holds one `file:line: reason` a mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class ContentFile[Schema: BaseModel]:
    """One file: `content` checked against the schema, and the line on which each value stands."""

    def __init__(self, path: Path, schema: type[Schema]) -> None:
        self.path = path
        self._lines: dict[Place, int] = {(): 1}
        self._scalars = SafeConstructor()
        raw = self._construct(self._compose(), ())
        try:
            self.content = schema.model_validate(raw)
        except ValidationError as error:
            raise WrongContent(
                [self.mistake(found["loc"], _reason(found)) for found in error.errors()]
            ) from None

    def mistake(self, place: Place, reason: str) -> str:
        """`file:line: reason` for the value at `place`, or for what surrounds a missing one."""
        known = place
        while known not in self._lines:
            known = known[:-1]
        name = ".".join(str(part) for part in place if isinstance(part, str))
        return f"{self.path}:{self._lines[known]}: {name + ': ' if name else ''}{reason}"

    def _compose(self) -> yaml.Node:
        try:
            node = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=_Loader)
        except FileNotFoundError:
            raise WrongContent([f"{self.path}:1: the file is missing"]) from None
        except UnicodeDecodeError:
            raise WrongContent([f"{self.path}:1: the file is not UTF-8 text"]) from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise WrongContent([f"{self.path}:{line}: not YAML: {error.problem}"]) from None
        except yaml.YAMLError as error:
            raise WrongContent([f"{self.path}:1: not YAML: {error}"]) from None
        if node is None:
            raise WrongContent([f"{self.path}:1: the file is empty"])
        return node

    def _construct(self, node: yaml.Node, place: Place) -> Any:
        self._lines[place] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self._construct(item, (*place, n)) for n, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._construct_mapping(node, place)
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise WrongContent([self.mistake(place, str(error))]) from None

    def _construct_mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in values:
                # YAML itself would silently keep the last one.
                raise WrongContent([f"{self.path}:{line}: {key}: written twice"])
            values[key] = self._construct(value_node, (*place, key))
            self._lines[(*place, key)] = line
        return values


def _reason(error: Any) -> str:
    reasons = {"missing": "is missing", "extra_forbidden": "is not a known field"}
    return reasons.get(error["type"]) or error["msg"].removeprefix("Value error, ")
