"""The interlock keeps light out of a hutch that people may be in."""

import asyncio

import pytest

from acquisition.devices.sim.records.hutch import Hutch, InterlockError


async def put(channel, word):
    await channel.write(word)
    await channel.handler(word)


def test_opening_the_door_closes_the_photon_shutter_and_it_stays_closed():
    async def steps():
        hutch = Hutch()
        assert hutch.lets_light_in
        await put(hutch.door, "open")
        assert (hutch.photon.state.value, hutch.interlock.value) == ("closed", "broken")
        with pytest.raises(InterlockError, match="door of the hutch is open"):
            await put(hutch.photon.command, "open")
        assert hutch.photon.command.value == "closed"
        with pytest.raises(InterlockError, match="cannot be searched"):
            await put(hutch.search, "searched")
        await put(hutch.door, "closed")
        with pytest.raises(InterlockError, match="has not been searched"):
            await put(hutch.photon.command, "open")
        await put(hutch.search, "searched")
        await put(hutch.photon.command, "open")
        assert hutch.lets_light_in

    asyncio.run(steps())


def test_without_the_front_end_there_is_no_light_either():
    async def steps():
        hutch = Hutch()
        await put(hutch.front_end.command, "closed")
        assert not hutch.lets_light_in

    asyncio.run(steps())
