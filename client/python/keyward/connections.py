"""What the clients of both services have in common: a connection, and how a call is run over it."""

from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
import grpc.aio

from keyward.calls import Call
from keyward.errors import from_rpc_error
from keyward.options import Options

T = TypeVar("T")


class Connection:
    """For any number of threads. `stub` is the service's generated class."""

    def __init__(self, options: Options | str, stub: Any) -> None:
        options = options if isinstance(options, Options) else Options(address=options)
        credentials, arguments = options.credentials(), options.channel_arguments()
        self._deadline = options.deadline
        self._channel = (
            grpc.secure_channel(options.address, credentials, arguments)
            if credentials
            else grpc.insecure_channel(options.address, arguments)
        )
        self._stub = stub(self._channel)

    def close(self) -> None:
        """Closes the connection; calls in flight are cancelled."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, call: Call[T]) -> T:
        try:
            response = getattr(self._stub, call.method)(
                call.request, timeout=call.deadline or self._deadline
            )
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return call.read(response)


class AsyncConnection:
    """For one event loop; make it where the loop runs."""

    def __init__(self, options: Options | str, stub: Any) -> None:
        options = options if isinstance(options, Options) else Options(address=options)
        credentials, arguments = options.credentials(), options.channel_arguments()
        self._deadline = options.deadline
        self._channel = (
            grpc.aio.secure_channel(options.address, credentials, arguments)
            if credentials
            else grpc.aio.insecure_channel(options.address, arguments)
        )
        self._stub = stub(self._channel)

    async def close(self) -> None:
        """Closes the connection; calls in flight are cancelled."""
        await self._channel.close(grace=None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _run(self, call: Call[T]) -> T:
        try:
            response = await getattr(self._stub, call.method)(
                call.request, timeout=call.deadline or self._deadline
            )
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return call.read(response)
