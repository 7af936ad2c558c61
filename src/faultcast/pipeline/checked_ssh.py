"""DVC's SSH remotes, with the server's host key checked and an end to silence.

DVC hands no known hosts to its SSH library, which then accepts every key, and it waits for half an
hour for a server that accepts a connection and says nothing.
"""

from __future__ import annotations

from typing import Any

from dvc_ssh import SSHFileSystem

from faultcast.settings import data_key, data_known_hosts

DEFAULT_TIMEOUT = 30  # seconds
_QUESTIONS = 3  # that may stay without an answer before a server counts as gone


class CheckedSSHFileSystem(SSHFileSystem):  # type: ignore[misc]  # dvc-ssh is untyped
    """Connects only to hosts whose key is known (`~/.ssh/known_hosts`, `~/.ssh/config`).

    FAULTCAST_DATA_KEY and FAULTCAST_DATA_KNOWN_HOSTS name files in place of the user's. The
    remote's setting `timeout` is how many seconds the server may be silent.
    """

    def _prepare_credentials(self, **config: Any) -> dict[str, Any]:
        timeout = config.get("timeout", DEFAULT_TIMEOUT)
        own = {"agent_forwarding": False} | ({"keyfile": key} if (key := data_key()) else {})
        return {
            **super()._prepare_credentials(**{**config, **own}),
            # (): those of the user; None would switch the check off
            "known_hosts": data_known_hosts() or (),
            "timeout": None,  # of a thread that waits for the connection; it ends by the next
            "connect_timeout": timeout,
            "keepalive_interval": timeout / (_QUESTIONS + 1),
            "keepalive_count_max": _QUESTIONS,
        }


def use_checked_ssh() -> None:
    """Let DVC open `ssh://` remotes with the checks, in this process."""
    from dvc.fs import Schemes, known_implementations

    place = f"{CheckedSSHFileSystem.__module__}.{CheckedSSHFileSystem.__name__}"
    known_implementations[Schemes.SSH]["class"] = place


def tell(failure: BaseException) -> str:
    """Say what a failure of a remote means, and what to do, where its own words do not."""
    from asyncssh import ConnectionLost, HostKeyNotVerifiable
    from asyncssh.sftp import SFTPConnectionLost, SFTPNoConnection

    if isinstance(failure, HostKeyNotVerifiable):
        known = data_known_hosts() or "~/.ssh/known_hosts"
        return (
            f"the server's host key is not the one in {known}, or none is there; nothing was sent. "
            "Compare what `ssh-keyscan -p PORT HOST | ssh-keygen -lf -` shows with the fingerprint "
            f"that the server's owner tells you, then add the key to {known}"
        )
    if isinstance(failure, TimeoutError):
        return "the server accepts connections and does not answer (see the remote's timeout)"
    if isinstance(failure, ConnectionLost | SFTPConnectionLost | SFTPNoConnection):
        return "the connection ended, or the server fell silent"
    if isinstance(failure, PermissionError):
        return f"the server refuses the user, key or password ({failure})"
    return str(failure) or type(failure).__name__
