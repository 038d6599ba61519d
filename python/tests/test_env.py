"""Games as environments."""

import pickle

import gymnasium
import numpy as np
import pytest
from conftest import ROOT
from gymnasium.utils.env_checker import check_env

import chip8

OURS = [game for game in chip8.GAMES if game.bundled]
PUBLIC = [game for game in chip8.GAMES if game.sha1 and not game.bundled]


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


@pytest.mark.parametrize("game", OURS, ids=lambda game: game.name)
def test_it_is_as_gymnasium_wants_it(game):
    """Warnings are errors."""
    check_env(gymnasium.make(game.id).unwrapped)


@pytest.mark.parametrize("obs", ["planes", "pixels", "rgb"])
def test_observations_are_the_screen(obs):
    env = gymnasium.make("chip8/Schuss-v0", obs=obs, render_mode="rgb_array").unwrapped
    env.reset(seed=1)
    for _ in range(10):
        observation, *_ = env.step(1)
        assert observation in env.observation_space
        assert (observation == env.machine.screen(obs, fixed=True)).all() and observation.any()
        assert (env.render() == env.machine.screen("rgb", fixed=True)).all()


def test_seeds_decide_everything():
    def play(seed):
        env = gymnasium.make("chip8/Backfire-v0", sticky=0.25)
        env.reset(seed=seed)
        env.action_space.seed(0)
        for _ in range(200):
            _, _, terminated, _, _ = env.step(env.action_space.sample())
            if terminated:
                env.reset()
        return env.unwrapped.machine.digest

    assert play(1) == play(1) != play(2)


def test_a_game_of_ours_pays_for_what_it_shows():
    """Swingby pays the beads that were not passed, and ends when the last ship is lost."""
    env = gymnasium.make("chip8/Swingby-v0")
    machine = env.unwrapped.machine
    best = 0
    for seed in range(5):
        env.reset(seed=seed)
        random = np.random.default_rng(seed)
        rewards, lives = [], []
        terminated = False
        while not terminated:
            if len(lives) % 3 == 0:
                action = random.integers(2)
            _, reward, terminated, _, info = env.step(action)
            rewards.append(reward)
            lives.append(info["lives"])
        assert lives[0] == 4 and lives[-1] == 0 and min(rewards) == 0
        assert sum(rewards) == info["score"] == 100 * machine.ram[0x844] + machine.ram[0x845]
        best = max(best, info["score"])
    assert best > 0


def test_backfire_ends_with_its_mines():
    env = gymnasium.make("chip8/Backfire-v0")
    env.reset(seed=0)
    steps, terminated = 0, False
    while not terminated and steps < 1000:
        _, _, terminated, _, _ = env.step(0)
        steps += 1
    assert terminated and steps > 20


@pytest.mark.parametrize("sticky", [0.0, 0.5])
def test_restored_episodes_repeat_themselves(sticky):
    env = gymnasium.make("chip8/Schuss-v0", sticky=sticky).unwrapped
    env.reset(seed=3)
    actions = np.random.default_rng(0).integers(0, 6, 60)
    for action in actions[:30]:
        env.step(action)
    state = env.clone()
    screen = env.machine.screen("pixels")

    def rest():
        played = [env.step(action) for action in actions[30:]]
        return [(o.tobytes(), r, t, i["score"], i["frames"]) for o, r, t, _, i in played]

    first = rest()
    observation = env.restore(state)
    assert (env.machine.screen("pixels") == screen).all()
    assert (observation == env.machine.screen("planes")).all()
    assert rest() == first
    other = gymnasium.make("chip8/Schuss-v0", sticky=sticky).unwrapped
    other.reset(seed=9)
    other.restore(pickle.loads(pickle.dumps(state)))
    env = other
    assert rest() == first


def test_sticky_actions_repeat_the_one_before():
    env = gymnasium.make("chip8/Backfire-v0", sticky=0.25, frame_skip=1).unwrapped
    env.reset(seed=1)
    held = []
    for step in range(2000):
        env.step(step % 2)
        held.append(env.machine.registers.held_keys != 0)
    late = sum(is_held != bool(step % 2) for step, is_held in enumerate(held))
    # Whether one is late is the next one's to repeat or not, so it is a quarter in the long run.
    assert 0.2 < late / 2000 < 0.3


def test_environments_are_pickled():
    env = gymnasium.make("chip8/Backfire-v0", render_mode="human").unwrapped
    env.reset(seed=1)
    env.step(1)
    copied = pickle.loads(pickle.dumps(env))
    for _ in range(40):
        one, other = env.step(2), copied.step(2)
        assert (one[0] == other[0]).all() and one[1:] == other[1:]
    one, other = env.reset(), copied.reset()
    assert (one[0] == other[0]).all() and env.machine.digest == copied.machine.digest
    env.close()


def test_actions():
    env = gymnasium.make("chip8/Backfire-v0").unwrapped
    assert env.keys == [(), (5,), (8,), (7,), (9,), (6,)]
    env = gymnasium.make("chip8/Backfire-v0", actions="all").unwrapped
    assert env.action_space.n == 17
    env = gymnasium.make("chip8/Backfire-v0", actions=[(), (5, 6), 1 << 8]).unwrapped
    assert env.keys == [(), (5, 6), (8,)]
    env.reset(seed=0)
    env.step(1)
    assert env.machine.registers.held_keys == 1 << 5 | 1 << 6
    with pytest.raises(ValueError, match="3 is not an action"):
        env.step(3)


def test_frames_are_skipped_and_timers_are_faithful():
    """200: 60FF F015 7101 1204: the delay timer counts down from 255."""
    program = bytes.fromhex("60FF F015 7101 1204")
    env = gymnasium.make("chip8/Generic-v0", rom=program, frame_skip=7).unwrapped
    env.reset(seed=0)
    env.step(0)
    assert env.machine.registers.delay == 255 - 7
    env.step(0)
    assert env.machine.registers.delay == 255 - 14


def test_the_generic_one_watches_what_is_shown():
    """200: A300 7001 F033 610A F115 F207 3200 120A 1200: each 10 frames a number is shown, one more."""
    program = bytes.fromhex("A300 7001 F033 610A F115 F207 3200 120A 1200")
    env = gymnasium.make("chip8/Generic-v0", rom=program)
    env.reset(seed=0)
    total = sum(env.step(0)[1] for _ in range(100))
    assert total in (39, 40)


def test_the_human_mode_works_without_a_display():
    env = gymnasium.make("chip8/Backfire-v0", render_mode="human")
    env.reset(seed=0)
    env.step(1)
    assert env.unwrapped._window._surface.get_size() == (1024, 512)
    env.close()


@pytest.mark.parametrize("game", PUBLIC, ids=lambda game: game.name)
def test_programs_that_are_not_there(game, monkeypatch, tmp_path):
    monkeypatch.delenv("CHIP8_ROMS", raising=False)
    with pytest.raises(FileNotFoundError, match=game.sha1):
        gymnasium.make(game.id)
    monkeypatch.setenv("CHIP8_ROMS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=f"{game.sha1}.*{tmp_path}"):
        gymnasium.make_vec(game.id, num_envs=2)
    with pytest.raises(ValueError, match="is the program with SHA-1"):
        gymnasium.make(game.id, rom=b"\x12\x00")


def test_programs_are_found_by_what_they_are(monkeypatch, tmp_path, roms):
    (tmp_path / "below").mkdir()
    program = (roms / "backfire.ch8").read_bytes()
    (tmp_path / "below" / "any name").write_bytes(program)
    game = chip8.Game("Found", chip8.Machine(program).program_sha1)
    monkeypatch.setenv("CHIP8_ROMS", f"/nowhere:{tmp_path}")
    assert chip8.find_program(game) == program
    (tmp_path / "below" / "any name").rename(tmp_path / "another")
    assert chip8.find_program(game) == program
    (tmp_path / "another").unlink()
    with pytest.raises(FileNotFoundError, match=game.sha1):
        chip8.find_program(game)
    (tmp_path / "back").write_bytes(program)
    assert chip8.find_program(game) == program


def test_there_are_enough():
    assert len(OURS) >= 5 and len(PUBLIC) >= 20
    assert len({game.sha1 for game in chip8.GAMES}) == len(chip8.GAMES)
    assert all(game.id in gymnasium.registry for game in chip8.GAMES)
    manual = (ROOT / "docs/PYTHON.md").read_text()
    assert all(f"`{game.name}`" in manual for game in chip8.GAMES)


def test_wrong_arguments_are_said():
    for arguments, sentence in (
        ({"obs": "sound"}, "planes, pixels, rgb"),
        ({"frame_skip": 0}, "frame_skip"),
        ({"sticky": 1.0}, "sticky"),
        ({"actions": "some"}, "sets of keys"),
        ({"actions": []}, "has to be an action"),
        ({"game": "Tetris 2"}, "there is no game"),
    ):
        with pytest.raises(ValueError, match=sentence):
            chip8.Chip8Env(**{"game": "Backfire", **arguments})
    with pytest.raises(ValueError, match="needs a program"):
        chip8.Chip8Env()
    with pytest.raises(ValueError, match="render_mode"):
        chip8.Chip8Env("Backfire", render_mode="ansi")
