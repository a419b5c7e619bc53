"""The HTTP application alone on a port of this machine, without pages: `… api_server PORT`."""

import asyncio
import sys

from gptchina.api import build_api
from gptchina.standins.serving import serving


async def serve(port):
    async with serving(build_api(), port=port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
