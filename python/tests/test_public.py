"""The public games that are known, with the user's own programs: CHIP8_ROMS=directories make test-python."""

import os

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import chip8

PUBLIC = [game for game in chip8.GAMES if game.sha1 and not game.bundled]
#: What random play does not come to within its time.
NEVER_PAID = {"Wall", "Worm", "Tank", "Tetris"}


@pytest.mark.skipif(
    "CHIP8_ROMS" not in os.environ,
    reason="other people's programs are not here: set CHIP8_ROMS to directories that have them",
)
@pytest.mark.parametrize("game", PUBLIC, ids=lambda game: game.name)
def test_a_game_pays_and_ends(game):
    check_env(gymnasium.make(game.id).unwrapped, skip_render_check=True)
    env = gymnasium.make_vec(game.id, num_envs=16, autoreset_mode="Disabled")
    env.reset(seed=0)
    random = np.random.default_rng(0)
    paid, ended = 0.0, np.zeros(16, bool)
    for step in range(3000):
        if step % 3 == 0:
            actions = random.integers(0, env.single_action_space.n, 16)
        _, rewards, terminated, _, _ = env.step(actions)
        paid += np.abs(rewards).sum()
        ended |= terminated
        if terminated.any():
            env.reset(options={"reset_mask": terminated})
    assert ended.all()
    assert paid > 0 or game.name in NEVER_PAID
