"""Bot on PyPI `groupme-push`: answers `!ping` in any group with `pong`.

The library has GroupMe's addresses as constants; ROOT, if set, puts the simulator in their place.
"""

import json
import os
import urllib.request

from groupme_push import PushClient, client as module

ROOT = os.environ.get("ROOT", "https://api.groupme.com")
TOKEN = os.environ["GROUPME_ACCESS_TOKEN"]

if "ROOT" in os.environ:
    module.USER_ENDPOINT = ROOT + "/v3/users/me"
    module.GROUPS_ENDPOINT = ROOT + "/v3/groups"
    module.FAYE_HTTP_ENDPOINT = ROOT + "/faye"
    module.FAYE_WS_ENDPOINT = ROOT.replace("http:", "ws:") + "/faye"


def answer(message):
    if message.get("text") != "!ping":
        return
    reply = {"message": {"source_guid": "pong-" + message["id"], "text": "pong"}}
    urllib.request.urlopen(
        urllib.request.Request(
            f"{ROOT}/v3/groups/{message['group_id']}/messages",
            data=json.dumps(reply).encode(),
            headers={"X-Access-Token": TOKEN, "Content-Type": "application/json"},
        )
    )


PushClient(access_token=TOKEN, on_message=answer).start()
