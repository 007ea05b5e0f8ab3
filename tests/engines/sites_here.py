"""A cluster in this process: each site is a thread that hosts a real engine, and can be lost."""

import pickle
import queue
import threading
from contextlib import nullcontext

from augcli.engines.fleet import Fleet
from augcli.engines.local import InProcess
from augcli.engines.posts import SiteLost
from augcli.engines.site import Equipment, Question, Site
from augcli.errors import EngineError

LOST = "lost"


class Here:
    """A site in a thread; one that is given an item with the action `down` is lost."""

    def __init__(self, cluster, equipment, *work):
        self._news, self._said = cluster.news, queue.Queue()
        self._site = Site(equipment)
        self.thread = threading.Thread(target=self._speak, args=work, daemon=True)
        self.thread.start()

    def _speak(self, *work):
        for kind, value in self._site.work(*work):
            self._say(*pickle.loads(pickle.dumps((kind, value))))

    def _say(self, kind, value):
        self._said.put((kind, value))
        self._news.set()

    @property
    def speaks(self):
        return not self._said.empty()

    def give(self, chunks):
        if any(item[1] == "down" for chunk in chunks for _, item in chunk):
            self.lose("went down")
        else:
            self._site.give(chunks)

    def lose(self, reason, *, preempted=False):
        self.end()
        self._said = queue.Queue()
        self._say(LOST, SiteLost(reason, preempted=preempted))

    def stop(self):
        self._site.stop()

    def end(self):
        self._site._engine.kill()
        self._site.stop()
        self.thread.join()

    def hear(self):
        kind, value = self._said.get()
        if kind == LOST:
            raise value
        return kind, value


class Sites:
    """Where they are placed; `broken` ones are lost as soon as they are."""

    def __init__(self, sites, cpus, timeout=60.0, version=None):
        self.sites, self.cpus = sites, cpus
        self.placed = []
        self.broken = set()
        self.news = threading.Event()
        told = {} if version is None else {"version": version}
        self._equipment = Equipment(timeout, jobs=cpus, **told)

    def place(self, *work):
        place = Here(self, self._equipment, *work)
        self.placed.append(place)
        if len(self.placed) in self.broken:
            place.lose("does not start")
        return place

    def speaking(self, places, patience):
        if not any(place.speaks for place in places):
            self.news.wait(patience)
            self.news.clear()
        return [place for place in places if place.speaks]


class Any:
    """Terms that all sites fulfil, but those whose numbers are told."""

    def __init__(self, *refused):
        self._refused, self._asked = refused, 0

    def question(self, _context):
        return nullcontext(Question("engine_functions:facts", "who are you?"))

    def refuse(self, name, answer):
        assert answer["context"] == "who are you?"
        self._asked += 1
        if self._asked in self._refused:
            raise EngineError(f"{name} cannot take part: it is odd")


def fleet_on(cluster, terms=None, tell=print):
    return Fleet(lambda: cluster, terms or Any(), InProcess(), tell)
