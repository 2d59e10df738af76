"""Drives the window by accessible names through deletes, a report, the history and both themes.

Usage: e2e.py BINARY FOLDER-FOR-SCREENSHOTS WIDTHxHEIGHT, inside an X session with an accessibility bus.
"""

import faulthandler
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import pyatspi

BINARY, ARTEFACTS, SIZE = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
WIDTH, HEIGHT = SIZE.split("x")
PATIENCE = 30.0
HOLD = 0.3
faulthandler.dump_traceback_later(300, exit=True)  # a call that never returns is named


class Trouble(Exception):
    """What the window did not do."""


def walk(node):
    """The node and all below it; nodes that go away meanwhile are left out."""
    yield node
    try:
        children = [node.getChildAtIndex(place) for place in range(node.childCount)]
    except Exception:
        return
    for child in children:
        if child is not None:
            yield from walk(child)


def application():
    for app in pyatspi.Registry.getDesktop(0):
        if app is not None and (app.name or "").lower() == "tallyman":
            return app
    return None


def described(node):
    """Role and name, or nothing if the node is gone."""
    try:
        return node.getRoleName(), node.name or ""
    except Exception:
        return "", ""


def showing(node):
    try:
        return node.getState().contains(pyatspi.STATE_SHOWING)
    except Exception:
        return False


def find_all(role, name):
    """Nodes of a role (any of several) whose whole name matches the pattern, in reading order."""
    app = application()
    if app is None:
        return []
    roles = {role} if isinstance(role, str) else set(role)
    found = []
    for node in walk(app):
        its_role, its_name = described(node)
        if its_role in roles and re.fullmatch(name, its_name, re.DOTALL) and showing(node):
            found.append(node)
    return found


def wait_for(role, name, patience=PATIENCE):
    """The first such node, as soon as there is one."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = find_all(role, name)
        if found:
            return found[0]
        time.sleep(0.1)
    raise Trouble(f"no {role} named {name!r} within {patience:.0f} s")


def wait_gone(role, name, patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if not find_all(role, name):
            return
        time.sleep(0.1)
    raise Trouble(f"{role} named {name!r} is still there after {patience:.0f} s")


BUTTONS = ("push button", "button", "toggle button")
TEXTS = ("label", "static", "text")


def press(name, patience=PATIENCE):
    """Presses a button once it can be pressed; what cannot be pressed offers no action."""
    end = time.monotonic() + patience
    while True:
        try:
            wait_for(BUTTONS, name, patience)
            button = find_all(BUTTONS, name)[-1]  # a sheet comes after what it covers
            button.clear_cache()  # a button that was disabled when it was first seen had no action then
            button.queryAction().doAction(0)
            return
        except (NotImplementedError, IndexError):
            if time.monotonic() > end:
                raise Trouble(f"button {name!r} cannot be pressed") from None
        time.sleep(0.1)


def fill(name, text):
    wait_for(("entry", "text", "password text"), name).queryEditableText().setTextContents(text)


def xdotool(*words):
    """Runs xdotool and returns what it prints; it never waits for long."""
    command = ["xdotool", *map(str, words)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    return ran.stdout


def middle(node):
    box = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return box.x + box.width // 3, box.y + box.height // 2


def click(node, *held):
    """A real click of the mouse, with keys held for as long as a person holds them."""
    x, y = middle(node)
    xdotool("mousemove", x, y)
    for key in held:
        xdotool("keydown", key)
    time.sleep(HOLD)
    xdotool("click", 1)
    time.sleep(HOLD)
    for key in held:
        xdotool("keyup", key)


def rows():
    """The rows in view, from top to bottom."""
    found = [node for node in find_all(("table row", "list item"), ".+")]
    return sorted(found, key=lambda node: middle(node)[1])


def picture(name):
    """A screenshot; an empty screen is a failure."""
    time.sleep(0.4)  # one repaint after the tree changed
    path = ARTEFACTS / f"{SIZE}-{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True, timeout=PATIENCE)
    colours = subprocess.run(
        ["identify", "-format", "%k", str(path)], check=True, capture_output=True, text=True
    )
    if int(colours.stdout) < 50:
        raise Trouble(f"{path} shows nothing: {colours.stdout} colours")


def theme(name):
    """Goes through the menu's themes to the named one."""
    for _ in range(4):
        press("Menu")
        item = wait_for(BUTTONS, "Theme: .+")
        its_name = item.name
        click(item)
        wait_gone(BUTTONS, "Theme: .+")
        if its_name == f"Theme: {name}":
            return
    raise Trouble(f"no theme is called {name}")


def confirm(verb_button):
    """Types what the plan sheet asks for, if it asks, and presses its button."""
    wait_for(BUTTONS, verb_button)
    asked = find_all("entry", "Type to confirm") + find_all("text", "Type to confirm")
    if asked:
        words = [described(node)[1] for node in find_all(TEXTS, ".+")]
        phrase = words[words.index("to delete") - 1]
        fill("Type to confirm", phrase)
    press(verb_button)
    return bool(asked)


def delete_some(first, last):
    """Clicks a row and shift-clicks another, and deletes what is between them."""
    shown = rows()
    click(shown[first])
    wait_for(TEXTS, "1 selected")
    click(rows()[last], "shift")
    count = last - first + 1
    wait_for(TEXTS, f"{count} selected")
    press("Delete…")
    button = f"Delete {count} files"
    wait_for(BUTTONS, button)
    picture("plan-light")
    confirm(button)
    wait_for(TEXTS, rf"\d+ of {count} deleted.*")


def delete_many():
    """Deletes more than a plan may hold without a word typed."""
    fill("Filter by name or id", "jpg")
    time.sleep(1.0)  # the filter is applied off the window's own thread
    click(rows()[0])
    wait_for(TEXTS, "1 selected")
    xdotool("key", "ctrl+a")
    wait_for(TEXTS, r"[\d,]{3,} selected")
    press("Delete…")
    picture("plan-typed")
    asked = confirm(r"Delete [\d,]+ files")
    if not asked:
        raise Trouble("a large plan was not asked about")
    wait_for(TEXTS, r"[\d,]+ of [\d,]{3,} deleted.*", 120)


def save_report(folder):
    press("Save report")
    fill("Folder", str(folder))
    press("Save")
    wait_for(TEXTS, r"[\d,]+ items?, [\d,]+ not done\. Saved to:")
    press("Close")
    wait_gone("dialog", "Save report")
    names = sorted(path.name for path in folder.iterdir())
    if names != [
        "items.csv",
        "manifest.json",
        "manifest.json.minisig",
        "problems.csv",
        "report.html",
        "report.json",
        "signing-key.pub",
    ]:
        raise Trouble(f"the report holds {names}")
    subprocess.run([BINARY, "check-report", str(folder)], check=True)


def drive(home):
    wait_for(("table row", "list item"), ".+", 120)
    window = wait_for_window()
    xdotool("windowmove", window, 0, 0)
    xdotool("mousemove", int(WIDTH) // 2, 10, "click", "--repeat", 2, "--delay", 80, 1)  # maximised
    xdotool("windowfocus", window)
    theme("Light")
    picture("files-light")
    delete_some(2, 7)
    picture("done-light")
    save_report(home / "report")
    delete_many()
    theme("Dark")
    picture("done-dark")
    press("History")
    wait_for(BUTTONS, "Job 2: .*")
    wait_for(BUTTONS, "Job 1: .*")
    picture("history-dark")
    press("Files")
    wait_for(("table row", "list item"), ".+")
    picture("files-dark")


def wait_for_window():
    """The window's number on the X server."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return xdotool("search", "--onlyvisible", "--class", "dev.tallyman.Tallyman").split()[-1]
        except (subprocess.CalledProcessError, IndexError):
            time.sleep(0.1)
    raise Trouble("there is no window")


def tree():
    app = application()
    lines = [" | ".join(described(node)) for node in walk(app)] if app else ["no application"]
    return "\n".join(lines)


def main():
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        log = open(ARTEFACTS / f"{SIZE}-log.txt", "w", encoding="utf-8")
        window = subprocess.Popen(
            [BINARY, "--demo", "--data-dir", str(home / "data")], stdout=log, stderr=log
        )
        try:
            drive(home)
            xdotool("key", "alt+F4")
            code = window.wait(timeout=30)
            if code != 0:
                raise Trouble(f"the window ended with {code}")
        except Exception as trouble:
            (ARTEFACTS / f"{SIZE}-tree.txt").write_text(tree(), encoding="utf-8")
            picture_of_failure()
            traceback.print_exc()
            print(f"failed: {trouble!r}; see {ARTEFACTS}", file=sys.stderr)
            return 1
        finally:
            if window.poll() is None:
                window.kill()
    print(f"done at {SIZE}")
    return 0


def picture_of_failure():
    path = ARTEFACTS / f"{SIZE}-failed.png"
    subprocess.run(["import", "-window", "root", str(path)], check=False, timeout=PATIENCE)


if __name__ == "__main__":
    sys.exit(main())
