"""Clients from PyPI, used as their users do: `python client.py CLIENT TASK`."""

import asyncio
import json
import os
import sys
import threading
import time

CLIENT, TASK = sys.argv[1], json.loads(sys.argv[2])
MODE = TASK["mode"]
FIRST_USER = 93645911


class Meter:
    """Counts events and measures their cost, in CPU time of the whole process."""

    def __init__(self):
        self.events = self.read = self.first = self.cpu = 0
        self.begin = None
        self.latencies = []
        # Callbacks of groupme-push run in threads of their own.
        self.lock = threading.Lock()

    def event(self, account, subject, received_at=0):
        with self.lock:
            self.count(account, subject, received_at)

    def count(self, account, subject, received_at):
        now = time.time_ns() // 1000
        if MODE == "watch":
            sys.stdout.write(json.dumps({"account": account, "id": subject["id"], "at": now}) + "\n")
            sys.stdout.flush()
            return
        if MODE == "idle":
            return
        self.events += 1
        self.read += len(subject["id"]) + len(subject["text"])
        self.first = self.first or now
        if self.begin is None:
            if self.events >= TASK["warm_up"]:
                self.events = 0
                self.begin, self.cpu = time.monotonic_ns(), time.process_time_ns()
            return
        if MODE == "latency":
            self.latencies.append(now - received_at)
        is_late = (MODE == "latency" or self.events % 64 == 0) and (
            time.monotonic_ns() - self.begin >= TASK["seconds"] * 1e9
        )
        if self.events >= TASK["events"] or is_late:
            self.finish()

    def finish(self):
        cpu = time.process_time_ns() - self.cpu
        self.latencies.sort()

        def percentile(percent):
            return self.latencies[len(self.latencies) * percent // 100] if self.latencies else 0

        with open("/proc/self/statm", encoding="ascii") as statm:
            pages = int(statm.read().split()[1])
        result = {
            "events": self.events,
            "nanos": time.monotonic_ns() - self.begin,
            "cpu_nanos": cpu,
            "rss_kb": pages * os.sysconf("SC_PAGE_SIZE") // 1024,
            "p50": percentile(50),
            "p99": percentile(99),
            "first": self.first,
            "read": self.read,
        }
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
        os._exit(0)


METER = Meter()


def aiocometd():
    import aiocometd_ng as library

    class Authorize(library.AuthExtension):
        async def incoming(self, payload, headers=None):
            pass

        async def outgoing(self, payload, headers):
            for message in payload:
                if message["channel"] == "/meta/subscribe":
                    message["ext"] = {"access_token": "token", "timestamp": int(time.time())}

        async def authenticate(self):
            pass

    kind = library.ConnectionType
    kind = kind.LONG_POLLING if TASK["transport"] == "long-polling" else kind.WEBSOCKET

    async def listen(account):
        client = library.Client(TASK["url"], connection_types=[kind], auth=Authorize(), connection_timeout=60.0)
        await client.open()
        await client.subscribe("/user/%d" % (FIRST_USER + account))
        async for message in client:
            data = message.get("data")
            if data and data.get("type") == "line.create":
                METER.event(account, data["subject"], data["received_at"])

    async def main():
        await asyncio.gather(*(listen(account) for account in range(TASK["sessions"])))

    asyncio.run(main())


def groupme_push():
    from groupme_push import PushClient, client as module

    root = TASK["url"][: -len("/faye")]
    # Addresses are constants of the module; nothing else of it is changed.
    module.USER_ENDPOINT = root + "/v3/users/me"
    module.GROUPS_ENDPOINT = root + "/v3/groups"
    module.FAYE_HTTP_ENDPOINT = root + "/faye"
    module.FAYE_WS_ENDPOINT = root.replace("http:", "ws:") + "/faye"
    for account in range(TASK["sessions"]):
        listen = lambda message, account=account: METER.event(account, message)
        PushClient(access_token="token", on_message=listen, on_dm=listen).start()
    threading.Event().wait()


{"aiocometd": aiocometd, "groupme-push": groupme_push}[CLIENT]()
