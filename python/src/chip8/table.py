"""The games that are known, and where their facts are.

Those that are not ours were found by running the programs with random keys and watching what they show,
and by reading them. What ends in a jump to itself needs no `over`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .games import Game, Ints, Reader, View, one_key

#: Starts our own programs: their titles want key 6.
_ACTION = ((30, ()), (8, (6,)), (8, ()))
#: For programs that draw for a while first.
_DRAW = ((60, ()),)


def _hundreds(address: int) -> Reader:
    """Our own programs keep hundreds in a byte and the rest in the next one."""
    return lambda s: 100 * s.ram(address) + s.ram(address + 1)


def _v(x: int) -> Reader:
    return lambda s: s.v(x)


def _pong(s: View) -> Ints:
    """VE has both scores, ours in the tens."""
    return s.v(14) // 10 - s.v(14) % 10


def _pong_over(s: View) -> npt.NDArray[np.bool_]:
    """To nine, for ten would be one of the other's."""
    return np.asarray((s.v(14) // 10 >= 9) | (s.v(14) % 10 == 9))


def _squash(s: View) -> Ints:
    """VB counts the balls down and passes 0; then it is 0 for good."""
    return np.where((s.v(11) == 255) | (s.caller() == 0x2AC), -1, s.v(11))


GAMES: tuple[Game, ...] = (
    # Ours
    Game(
        "Backfire", "e71af5c917b9d3b4b8a97bef4f56a2b5453f3665", "backfire.ch8",
        keys=one_key(5, 8, 7, 9, 6), start=_ACTION,
        score=_hundreds(0x60C), over=lambda s: s.caller() == 0x208,
    ),
    Game(
        "Schuss", "83a0c84cb52c3456d799f68c71125116eb4edbaa", "schuss.ch8",
        keys=one_key(7, 9, 8, 5, 6), start=_ACTION,
        score=_hundreds(0x7FC), over=lambda s: s.caller() == 0x208,
    ),
    Game(
        "Swingby", "c4a3aa17bebabdcada07f1f958aa26a4597b75bb", "swingby.ch8",
        keys=one_key(6), start=_ACTION,
        score=_hundreds(0x844), lives=lambda s: s.ram(0x849), over=lambda s: s.caller() == 0x20C,
    ),
    # A branch on the fire is a point. Without a host, nights do not come.
    Game(
        "Hearth", "e64f269a9ceed4bb514961b3d4ddbc3ee3bbf417", "hearth.ch8",
        keys=one_key(1, 2, 3), start=((60, ()), (4, (1,)), (60, ())), score=_v(12),
    ),
    # Demos: nothing to be won.
    Game(
        "Loom", "6d7793d74be376f5a2db2fd652bece51803c063a", "loom.ch8",
        keys=one_key(6), score=lambda s: 0 * s.pc,
    ),
    Game(
        "Lace", "afe58b32bf961af02f44ab49df6e85b622e393f1", "lace.ch8",
        keys=((),), score=lambda s: 0 * s.pc,
    ),
    # Public ones
    Game(
        "Brix", "f13766c14aeb02ad8d4d103cb5eadd282d20cddc",
        keys=one_key(4, 6), start=_DRAW, score=_v(5), lives=_v(14), wraps=256,
    ),
    Game(
        "Breakout", "237756a4014fb3aa82a29246a7cdd534f8dc2dbb",
        keys=one_key(4, 6), start=_DRAW, score=_v(5), lives=_v(14), wraps=256,
    ),
    Game(
        "Brick", "91442577a6bbf8c3267f2df95fdfc50baebe176d",
        keys=one_key(4, 6), start=_DRAW, score=_v(5), lives=_v(14), wraps=256,
    ),
    Game(
        "BreakoutCortez", "193915dcde1365ae054c4eaa21a35baa27cd3356",
        keys=one_key(4, 6), start=_DRAW, score=_v(6), lives=_v(7), wraps=256,
    ),
    Game(
        "WipeOff", "d666688a8fce468a7d88b536bc1ef5f35ba12031",
        keys=one_key(4, 6), start=_DRAW, score=_v(6), lives=_v(7), wraps=256,
    ),
    Game(
        "VerticalBrix", "da710f631f8e35534d0b9170bcf892a60f49c43d",
        keys=one_key(1, 4), start=((60, ()), (8, (7,)), (120, ()), (4, (1,)), (4, ())),
        score=_v(8), lives=_v(7), wraps=256,
    ),
    Game(
        "Pong", "b232ef880bd6060fb45fa6effed7edf0ae95670e",
        keys=one_key(1, 4), score=_pong, over=_pong_over,
    ),
    Game(
        "PongAlt", "a60611339661e3ab2d8af024ad1da5880a6f8665",
        keys=one_key(1, 4), score=_pong, over=_pong_over,
    ),
    Game(
        "Pong1Player", "607c4f7f4e4dce9f99d96b3182bfe7e88bb090ee",
        keys=one_key(1, 4), score=_pong, over=_pong_over,
    ),
    Game(
        "Pong2", "1830eb401ba8789a477dfcf294873a5479ebcfe8",
        keys=one_key(1, 4), score=_pong, over=_pong_over,
    ),
    Game(
        "Squash", "a58ec7cc63707f9e7274026de27c15ec1d9945bd",
        keys=one_key(1, 4), start=_DRAW, score=_squash, over=lambda s: s.caller() == 0x2AC,
    ),
    # It waits for a key where the ball is lost.
    Game(
        "Wall", "09ce01c54ddddda42ca5cd171f1ffcfd47355d12",
        keys=one_key(1, 4), start=((30, ()), (2, (1,)), (8, ())), score=_v(11),
        over=lambda s: s.waits,
    ),
    Game(
        "MissileCommand", "0d0cc129dad3c45ba672f85fec71a668232212cc",
        keys=one_key(8), score=_v(7), wraps=256,
    ),
    Game(
        "Ufo", "bdb92475acfe11bc7814a2f5eade13fcd09b756a",
        keys=one_key(4, 5, 6), start=_DRAW, score=_v(7), wraps=256,
    ),
    Game(
        "Submarine", "89aadf7c28bcd1c11e71ad9bd6eeaf0e7be474f3",
        keys=one_key(5), start=_DRAW, score=_v(7), wraps=256,
    ),
    Game(
        "SpaceIntercept", "ed829190e37815771e7a8c675ba0074996a2ddb0",
        keys=one_key(4, 5, 6), start=_DRAW, score=_v(9), wraps=256,
    ),
    Game(
        "Filter", "ae71a7b081a947f1760cdc147759803aea45e751",
        keys=one_key(4, 6), start=_DRAW, score=_v(14), lives=_v(13),
    ),
    Game(
        "Rocket", "3d1d029d6e31206d245c0ba881c0d1f003953bad",
        keys=one_key(15), start=_DRAW, score=_v(1),
    ),
    # Five airplanes are shot down one after another, then they begin again.
    Game(
        "Airplane", "fca71182a8838b686573e69b22aff945d79fe1d0",
        keys=one_key(8), start=_DRAW, score=_v(12), lives=_v(11), wraps=5,
    ),
    Game(
        "Worm", "a1c1e0e7b01004be3ee77c69030e6b536cb316e6",
        keys=one_key(2, 4, 6, 8), start=((30, ()),), score=_v(5), wraps=256,
    ),
    Game(
        "Tank", "18b9d15f4c159e1f0ed58c2d8ec1d89325d3a3b6",
        keys=one_key(2, 4, 6, 8, 5), start=((90, ()),), score=_v(14), wraps=256,
    ),
    # A piece appears in row 3; where it does not fit, it is drawn a row higher.
    Game(
        "Tetris", "5f518084744bf3cb8733f6e5454dfd1634320563",
        keys=one_key(5, 6, 7, 4), start=((160, ()),), score=_v(10), over=lambda s: s.v(1) <= 2,
        wraps=256,
    ),
    # The number that it shows; each of three ships begins with a key.
    Game(
        "Spacejam",
        "9f9a4affbf7afd70bb594fb321e16579318c0164",
        keys=one_key(5, 8, 7, 9),
        start=((120, ()), (4, (5,)), (60, ())),
        score=_v(9),
        lives=_v(10),
        wraps=256,
    ),
    # Any program: what it shows is watched.
    Game("Generic"),
)  # fmt: skip
