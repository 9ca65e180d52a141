import os
import socket

import pytest

from stack.local.errors import PortTaken, Trouble
from stack.local.ports import LOOPBACK, Ports, check_free


def test_a_setting_moves_its_port_and_no_other() -> None:
    assert Ports.from_environment({"BROKER_PORT": "7000"}) == Ports(broker=7000)


def test_a_base_puts_all_ports_in_a_row_and_a_setting_wins() -> None:
    ports = Ports.from_environment({"MONGO_PORT": "9999"}, base=7000)
    assert ports == Ports(7000, 7001, 7002, 7003, 7004, 7005, database=9999)


@pytest.mark.parametrize("value", ["eighty", "0", "65536", "-1"])
def test_what_is_no_port_is_refused_by_the_name_of_its_setting(value: str) -> None:
    with pytest.raises(Trouble, match="DATALAB_PORT must be a port between 1 and 65535"):
        Ports.from_environment({"DATALAB_PORT": value})


def test_two_settings_with_the_same_port_are_refused() -> None:
    with pytest.raises(Trouble, match="SHOP_PORT and BROKER_PORT are both 7000"):
        Ports.from_environment({"SHOP_PORT": "7000", "BROKER_PORT": "7000"})


def test_free_ports_differ() -> None:
    ports = Ports.free()
    assert len(set(vars(ports).values())) == len(vars(ports))


def test_a_taken_port_is_told_with_its_holder_and_the_setting_that_moves_it() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken) as taken:
            check_free("database", port)
    told = str(taken.value)
    assert told.startswith(f"Port {port}, which MongoDB needs, is in use by ")
    assert f"(pid {os.getpid()})" in told
    assert told.endswith("stop that, or set MONGO_PORT to a free port.")


def test_a_free_port_is_no_trouble() -> None:
    check_free("edge", Ports.free().edge)
