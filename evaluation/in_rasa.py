"""The two measurements that need Rasa's own Python; `python -m evaluation` calls them.

`.venv-bot/bin/python -m evaluation.in_rasa intents MODEL` reads messages (a JSON list) and prints
what the trained bot takes each for. `… selector FOLDER` reads an object of `examples` (id: texts)
and `messages`, trains Rasa's ResponseSelector (DIET) and prints its ranking of each message.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu

RANKED = 5
EPOCHS = 12
"""Rasa's default of 300 takes hours for so many entries on two cores."""

CONFIG = {
    "recipe": "default.v1",
    "language": "th",
    "assistant_id": "selector",
    "pipeline": [
        {
            "name": "bot.components.thai_tokenizer.ThaiTokenizer",
            "dictionary": "knowledge/dictionary.txt",
            # The ResponseSelector expects names such as `faq/address` to be taken apart.
            "intent_tokenization_flag": False,
        },
        {"name": "CountVectorsFeaturizer"},
        {
            "name": "CountVectorsFeaturizer",
            "analyzer": "char_wb",
            "min_ngram": 1,
            "max_ngram": 4,
        },
        {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True},
    ],
}


def intents(model: Path, messages: list[str]) -> list[dict[str, Any]]:
    agent = Agent.load(model)
    return asyncio.run(_parse_all(agent, messages, lambda parsed: parsed["intent"]))


def selector(folder: Path, examples: dict[str, list[str]], messages: list[str]) -> list[Any]:
    nlu = [
        {"intent": f"faq/{name}", "examples": "".join(f"- {text}\n" for text in texts)}
        for name, texts in examples.items()
    ]
    responses = {f"utter_faq/{name}": [{"text": name}] for name in examples}
    _write(folder / "nlu.yml", {"version": "3.1", "nlu": nlu})
    domain = {"version": "3.1", "intents": ["faq"], "responses": responses}
    _write(folder / "domain.yml", domain)
    _write(folder / "config.yml", CONFIG)
    trained = train_nlu(
        str(folder / "config.yml"),
        str(folder / "nlu.yml"),
        str(folder / "models"),
        domain=str(folder / "domain.yml"),
    )
    agent = Agent.load(trained)
    return asyncio.run(_parse_all(agent, messages, _ranking))


def _ranking(parsed: dict[str, Any]) -> list[tuple[str, float]]:
    ranking = parsed["response_selector"]["default"]["ranking"][:RANKED]
    return [(one["intent_response_key"].removeprefix("faq/"), one["confidence"]) for one in ranking]


async def _parse_all(agent: Agent, messages: list[str], take: Any) -> list[Any]:
    return [take(await agent.parse_message(message.lstrip("/"))) for message in messages]


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")


if __name__ == "__main__":
    task, place = sys.argv[1], Path(sys.argv[2])
    given = json.load(sys.stdin)
    if task == "intents":
        found = intents(place, given)
    else:
        found = selector(place, given["examples"], given["messages"])
    print("\n" + json.dumps(found))
