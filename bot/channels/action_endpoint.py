"""How Rasa calls the action server: one open connection, short patience, no silent failure."""

import asyncio
from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.components.turn import TurnFailed

# Longer than the actions wait for the API, shorter than the API waits for Rasa.
PATIENCE_SECONDS = 3.0
_REJECTED = 400


class ActionEndpoint(EndpointConfig):
    """Rasa's own opens a connection a call, waits 300 s, and its failures are swallowed."""

    _open_session: aiohttp.ClientSession | None = None

    @classmethod
    def like(cls, endpoint: EndpointConfig) -> "ActionEndpoint":
        return cls(endpoint.url, headers=endpoint.headers, **endpoint.kwargs)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any | None:
        if self._open_session is None:
            self._open_session = aiohttp.ClientSession(
                headers=self.headers, timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
            )
        try:
            async with self._open_session.post(self.url, json=kwargs["json"]) as response:
                if response.status == _REJECTED:
                    body = await response.content.read()
                    raise ClientResponseError(response.status, response.reason, body)
                if response.status != 200:
                    raise TurnFailed(f"the action server answered {response.status}")
                answer = await response.json()
                if not isinstance(answer.get("events"), list):
                    raise TurnFailed("the action server answered without events")
                return answer
        except ClientResponseError:
            raise
        except (aiohttp.ClientError, ValueError, AttributeError) as error:
            raise TurnFailed(f"the action server: {type(error).__name__}") from None
        except asyncio.TimeoutError:
            raise TurnFailed("the action server took too long") from None
