import json, os, subprocess, sys, urllib.request

ROOT = os.environ["ROOT"]  # `root_url`, as `groupme sim` prints it


def sim(path, **body):
    data = json.dumps(body).encode() if body else None
    return json.load(urllib.request.urlopen(f"{ROOT}/sim/v1{path}", data))


token = sim("/")["user"]["token"]
bot = subprocess.Popen([sys.executable, "ping_bot.py"], env=os.environ | {"GROUPME_ACCESS_TOKEN": token})
try:
    for _ in range(2):
        sim("/wait", subscribed={"user": "Robin"})
        ping = sim("/messages", conversation="Lake weekend", **{"as": "Mara"}, text="!ping")
        assert sim("/wait", reply={"to": ping["id"], "as": "Robin"})["text"] == "pong"
        sim("/incidents", kind="restart")  # and the bot has to come back
finally:
    bot.terminate()
