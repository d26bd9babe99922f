"""The files that a request may name: those in the upload folder, and nothing else of the server.

Gradio asks this, too, but only of an app that it launched itself, and only of what it takes for a file. Here
every path of a request is looked at, however deep it lies, before anything opens it: it must lead to a
regular file in the upload folder, links followed. So no password file, no device that never ends, no queue
of bytes that never come, no other app's folder, and no address to be fetched.

    check_uploads({"path": "/tmp/gradio/5f.../bear.jpg", "meta": {"_type": "gradio.FileData"}})
"""

import os
import stat
from typing import Any
from urllib.parse import unquote

from gradio.utils import get_upload_folder

from shared.errors import InputError
from shared.ui.bodies import API_PREFIX

NOT_UPLOADED = "Only a file that was uploaded here can be used. Upload it first, then send the path you got."

_OWN_ADDRESS = f"{API_PREFIX}file="  # what Gradio puts before a path when it tells a page where a file is


def check_uploads(value: Any) -> None:
    """Check what a component that takes files was sent, and turn addresses of ours into paths.

    Args:
        value: paths and descriptions of files, at any depth. The path of a description is changed in place
            where it is the address under which this server offers the file, as assistants send it: nothing
            is fetched.

    Raises:
        InputError: something in it was not uploaded here.
    """
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            uploaded_path(item)
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            if not item.keys().isdisjoint(("path", "url", "meta")):
                item["path"] = uploaded_path(item.get("path"))
                if item.get("url") is not None:
                    uploaded_path(item["url"])
            waiting.extend(inner for inner in item.values() if isinstance(inner, dict | list))


def uploaded_path(place: Any) -> str:
    """Give the path of an uploaded file.

    Args:
        place: its path, or its address on this server.

    Raises:
        InputError: it is no regular file in the upload folder.
    """
    try:
        if _OWN_ADDRESS in place:
            place = unquote(place.partition(_OWN_ADDRESS)[2].partition("?")[0])
        real, folder = os.path.realpath(place), os.path.realpath(get_upload_folder())
        if os.path.commonpath([real, folder]) == folder and stat.S_ISREG(os.stat(real).st_mode):
            return str(place)
    except (OSError, TypeError, ValueError):  # no such file, no text, a zero byte
        pass
    raise InputError(NOT_UPLOADED)


def holds_file(value: Any) -> bool:
    """Look for what Gradio would take for a file, at any depth."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            meta = item.get("meta")
            if isinstance(meta, dict) and meta.get("_type") == "gradio.FileData":
                return True
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False
