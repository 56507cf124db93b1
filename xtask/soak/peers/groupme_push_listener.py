"""Listens to accounts with Python `groupme-push`, used as its users do: a client for each account,
with its own defaults. Its addresses are constants of a module, and are set to the simulator's; nothing
else of it is changed. Prints a line for each message.
"""

import json
import os
import sys
import threading

from groupme_push import PushClient, client as module

ROOT = os.environ["SOAK_ROOT"]
module.USER_ENDPOINT = ROOT + "/v3/users/me"
module.GROUPS_ENDPOINT = ROOT + "/v3/groups"
module.FAYE_HTTP_ENDPOINT = ROOT + "/faye"
module.FAYE_WS_ENDPOINT = ROOT.replace("http:", "ws:") + "/faye"

# Its callbacks run in threads of their own, and a line must not be torn by another.
printing = threading.Lock()


def listen(account, token):
    def show(message):
        with printing:
            sys.stdout.write("{}\t{}\n".format(account, message["text"]))
            sys.stdout.flush()

    PushClient(access_token=token, on_message=show, on_dm=show).start()


for number, entry in enumerate(json.loads(os.environ["SOAK_ACCOUNTS"])):
    listen(number, entry["token"])
