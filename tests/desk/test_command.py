"""The command `kit desk`: an address for each mentor, a socket for a proxy, links that fit any prefix."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from desk_examples import NAME


@contextmanager
def kit_desk(course, *options):
    """Start the command; yield it and the lines that it printed."""
    command = [sys.executable, "-m", "kit", "desk", "--course", str(course.root), "--no-browser"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as running:
        lines = []
        for line in running.stdout:
            lines.append(line.strip())
            if "Ctrl-C" in line or "listens" in line:
                break
        yield lines
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def test_each_mentor_gets_an_address_that_opens_the_desk(course):
    with kit_desk(course, "--mentor", "ana", "--mentor", "ben") as lines:
        addresses = dict(line.split(": ") for line in lines[:2])
        assert set(addresses) == {"ana", "ben"}
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(addresses["ben"], timeout=60) as answer:
            text = answer.read().decode()
        assert "ben" in text
        assert "token" not in answer.url


def test_a_proxy_reaches_it_through_a_socket_of_its_owner(course):
    # A socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="kit-desk-") as folder:
        place = Path(folder) / "s"
        with kit_desk(course, "--socket", str(place), "--token", "given"):
            assert place.stat().st_mode & 0o077 == 0
            proxy = http.client.HTTPConnection("desk")
            proxy.sock = socket.socket(socket.AF_UNIX)
            proxy.sock.connect(str(place))
            proxy.request("GET", f"/a/{NAME}/", headers={"Authorization": "token given"})
            answer = proxy.getresponse()
            assert answer.status == 200
            assert b"s-01" in answer.read()
            proxy.close()
        assert not place.exists()


def test_no_page_names_an_address_that_a_prefix_would_break(desk):
    mentor = desk.visit()
    pages = ["", f"a/{NAME}/", f"a/{NAME}/class", f"a/{NAME}/feedback", f"a/{NAME}/appeals"]
    pages += [f"a/{NAME}/s/s-01", f"a/{NAME}/q/{NAME}/why/s/s-01", f"a/{NAME}/q/{NAME}/why/second"]
    for path in pages:
        _status, _heads, text = mentor.get(path)
        # Not what stands in a frame: that is text of a student, with links of their own.
        outside = re.sub(r'srcdoc="[^"]*"', "", text)
        addresses = re.findall(
            r'(?:href|src|action|data-next|data-later|data-keep|data-flag)="([^"]*)"', outside
        )
        assert addresses
        for address in addresses:
            assert address == "" or address.startswith((".", "#", "s/", "data:,")), (path, address)
    for path in (f"a/{NAME}/q/{NAME}/why/next", f"a/{NAME}/q/{NAME}/why/first"):
        plain = http.client.HTTPConnection(desk.url.split("/")[2], timeout=60)
        plain.request("GET", f"/{path}", headers={"Authorization": f"token {desk.tokens['ana']}"})
        answer = plain.getresponse()
        assert answer.status == 302
        assert answer.getheader("Location").startswith("../")
        plain.close()
