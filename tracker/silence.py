"""Keep third-party libraries from phoning home; call before any of them is imported.

onnxruntime reads `ORT_DISABLE_TELEMETRY` while it is being imported, so the switch has to stand in
the environment first (its own `disable_telemetry_events()` comes too late). Streamlit reads its
`STREAMLIT_*` variables when its configuration is first asked for. MediaPipe has no switch at all:
the release pinned in pyproject.toml is one without network code.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

#: Forced, whatever the caller's environment says.
SILENT_ENVIRONMENT: Mapping[str, str] = {
    "ORT_DISABLE_TELEMETRY": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "STREAMLIT_BROWSER_SERVER_ADDRESS": "127.0.0.1",
    "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
    "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
    "STREAMLIT_CLIENT_TOOLBAR_MODE": "minimal",
    "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "none",
}

#: Log levels of the C++ libraries, kept where the caller set their own.
QUIET_DEFAULTS: Mapping[str, str] = {
    "GLOG_minloglevel": "2",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OPENCV_LOG_LEVEL": "ERROR",
}


def silence(environment: MutableMapping[str, str] | None = None) -> None:
    """Set the switches in `environment` (the process's own by default)."""
    target = os.environ if environment is None else environment
    target.update(SILENT_ENVIRONMENT)
    for name, value in QUIET_DEFAULTS.items():
        target.setdefault(name, value)


def is_silent(environment: Mapping[str, str] | None = None) -> bool:
    """True while every switch stands as `silence` set it."""
    current = os.environ if environment is None else environment
    return all(current.get(name) == value for name, value in SILENT_ENVIRONMENT.items())
