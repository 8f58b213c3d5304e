"""Runs an action and tells what came of it."""

from rasa_sdk.executor import CollectingDispatcher


async def run(action, tracker):
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    return events, dispatcher.messages


def changed(events):
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


def reset(events):
    return {name for name, value in changed(events).items() if value is None}


def payloads(message):
    return [button["payload"] for button in message["buttons"]]


def titles(message):
    return [button["title"] for button in message["buttons"]]
