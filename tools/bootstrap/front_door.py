"""One address for a server with workers: pages go to the workers, the websocket to its process.

In production nginx does this (docker/nginx.conf.template). Without it the screens work, but hear
nothing of what happens meanwhile, and the log fills with refused websockets.
"""

from __future__ import annotations

import asyncio
import threading

_WEBSOCKET = b"GET /websocket?"
_CHUNK = 65536


class FrontDoor:
    """Forwards connections of one port of this machine to the two ports of a server."""

    def __init__(self, port: int, http_port: int, websocket_port: int) -> None:
        self._port = port
        self._http_port = http_port
        self._websocket_port = websocket_port
        self._open = threading.Event()

    def open(self) -> None:
        """Accept connections, in the background, for as long as this program runs."""
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._open.wait(timeout=10)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._forward, "127.0.0.1", self._port)
        self._open.set()
        async with server:
            await server.serve_forever()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a browser to the process that its first request is for.

        Later requests of the same connection go there too: a browser opens a connection of its
        own for a websocket.
        """
        ends = [writer]
        try:
            first = await reader.readline()
            is_websocket = first.startswith(_WEBSOCKET)
            port = self._websocket_port if is_websocket else self._http_port
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            ends.append(inner_writer)
            inner_writer.write(first)
            await asyncio.gather(_pass(reader, inner_writer), _pass(inner_reader, writer))
        except (OSError, ValueError):
            # Either side went away, or sent something that is no request: nobody is left to tell.
            pass
        finally:
            for end in ends:
                end.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on everything that arrives, and then that nothing more will."""
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
    writer.write_eof()
