"""`python -m tests.line_stand_in`: LINE's servers and a chat page, on this machine."""

import argparse
import os

import uvicorn

from tests.line_stand_in.chat import add_chat
from tests.line_stand_in.server import LineStandIn, create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.line_stand_in", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--webhook", default="http://127.0.0.1:8000/line/webhook")
    parser.add_argument(
        "--channel-secret", default=os.environ.get("LINE_CHANNEL_SECRET", "line-channel-secret")
    )
    parser.add_argument(
        "--access-token", default=os.environ.get("LINE_CHANNEL_ACCESS_TOKEN", "line-access-token")
    )
    arguments = parser.parse_args()
    line = LineStandIn(access_token=arguments.access_token)
    app = create_app(line)
    add_chat(app, line, arguments.webhook, arguments.channel_secret)
    address = f"http://127.0.0.1:{arguments.port}"
    print(
        f"Start the service with LINE_CHANNEL_SECRET={arguments.channel_secret} "
        f"LINE_CHANNEL_ACCESS_TOKEN={arguments.access_token} "
        f"LINE_API_BASE={address} LINE_DATA_API_BASE={address}\nThen chat on {address}",
        flush=True,
    )
    uvicorn.run(app, port=arguments.port, log_level="warning")


main()
