"""Many environments in one call do what Gymnasium's own vector of single ones does."""

import pickle

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import chip8

COUNT = 5


def same(one, other):
    """Whether infos are the same."""
    assert set(one) == set(other)
    for key in one:
        if isinstance(one[key], dict):
            same(one[key], other[key])
        elif one[key].dtype == object:
            for a, b in zip(one[key], other[key], strict=True):
                assert (a is None) == (b is None) and (a is None or (a == b).all())
        else:
            assert (one[key] == other[key]).all(), key


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Backfire", {"sticky": 0.25}),
        ("Schuss", {"obs": "pixels", "frame_skip": 3}),
        ("Swingby", {"obs": "rgb", "ipf": 25}),
        ("Hearth", {"actions": "all"}),
    ],
)
def test_it_is_as_one_after_another(name, arguments, mode):
    one = gymnasium.make_vec(
        f"chip8/{name}-v0", num_envs=COUNT, autoreset_mode=mode, max_episode_steps=90, **arguments
    )
    assert isinstance(one, chip8.Chip8VectorEnv) and one.metadata["autoreset_mode"] is mode
    other = SyncVectorEnv(
        [lambda: gymnasium.make(f"chip8/{name}-v0", max_episode_steps=90, **arguments)] * COUNT,
        autoreset_mode=mode,
    )
    assert one.observation_space == other.observation_space
    assert one.action_space == other.action_space
    (a, a_infos), (b, b_infos) = one.reset(seed=7), other.reset(seed=7)
    assert (a == b).all()
    same(a_infos, b_infos)
    random = np.random.default_rng(0)
    ends = 0
    for _ in range(250):
        actions = random.integers(0, one.single_action_space.n, COUNT)
        left, right = one.step(actions), other.step(actions)
        for a, b in zip(left[:4], right[:4], strict=True):
            assert a.dtype == b.dtype and a.shape == b.shape and (a == b).all()
        same(left[4], right[4])
        ends += int((left[2] | left[3]).sum())
    assert ends >= COUNT


def test_without_autoreset_the_caller_resets():
    env = gymnasium.make_vec(
        "chip8/Backfire-v0", num_envs=COUNT, autoreset_mode="Disabled", max_episode_steps=30
    )
    assert env.metadata["autoreset_mode"] is AutoresetMode.DISABLED
    env.reset(seed=1)
    before = [machine.digest for machine in env.machines]
    for _ in range(30):
        _, _, _, truncated, _ = env.step(np.zeros(COUNT, int))
    assert truncated.all()
    with pytest.raises(RuntimeError, match="reset_mask"):
        env.step(np.zeros(COUNT, int))
    mask = np.array([True, True, False, False, False])
    observations, infos = env.reset(seed=[1, 2, None, None, None], options={"reset_mask": mask})
    assert [machine.digest for machine in env.machines][:2] == before[:2]
    assert infos["frames"][0] > 0 and infos["_frames"].tolist() == mask.tolist()
    for k, machine in enumerate(env.machines):
        assert (observations[k] == machine.screen("planes")).all()
    env.reset(options={"reset_mask": ~mask})
    env.step(np.zeros(COUNT, int))
    with pytest.raises(ValueError, match="reset_mask"):
        env.reset(options={"reset_mask": np.zeros(COUNT, bool)})


def test_what_was_returned_stays():
    """Though arrays are used again."""
    env = gymnasium.make_vec("chip8/Schuss-v0", num_envs=COUNT)
    observations, _ = env.reset(seed=1)
    kept = [(observations, observations.copy())]
    addresses = set()
    for step in range(30):
        observations, *_ = env.step(np.full(COUNT, step % 6))
        addresses.add(observations.ctypes.data)
        if step % 10 == 0:
            row = observations[2]
            kept.append((row, row.copy()))
    for array, copied in kept:
        assert (array == copied).all()
    assert len(addresses) < 10


def test_threads_make_no_difference():
    digests = set()
    for threads in (1, 2, 5, None):
        env = gymnasium.make_vec("chip8/Backfire-v0", num_envs=37, threads=threads, sticky=0.1)
        env.reset(seed=5)
        for step in range(100):
            env.step(np.arange(37) * step % 6)
        digests.add(tuple(machine.digest for machine in env.machines))
    assert len(digests) == 1


def test_states_move_between_environments():
    env = gymnasium.make_vec("chip8/Schuss-v0", num_envs=4)
    env.reset(seed=1)
    for _ in range(20):
        env.step(np.array([1, 2, 3, 4]))
    states = env.clone()
    here = [machine.digest for machine in env.machines]
    env.step(np.array([0, 0, 0, 0]))
    observations = env.restore([states[3], None, states[3], states[0]])
    digests = [machine.digest for machine in env.machines]
    assert digests[0] == digests[2] == here[3] and digests[3] == here[0]
    assert digests[1] != here[1]
    for k, machine in enumerate(env.machines):
        assert (observations[k] == machine.screen("planes")).all()
    single = gymnasium.make("chip8/Schuss-v0").unwrapped
    single.reset(seed=9)
    single.restore(pickle.loads(pickle.dumps(states[1])))
    assert single.machine.digest == here[1]


def test_vectors_are_pickled():
    env = gymnasium.make_vec("chip8/Backfire-v0", num_envs=3, sticky=0.2, threads=2)
    env.reset(seed=1)
    env.step(np.array([1, 2, 3]))
    copied = pickle.loads(pickle.dumps(env))
    for step in range(200):
        actions = np.array([step, step + 1, step + 2]) % 6
        one, other = env.step(actions), copied.step(actions)
        assert all((a == b).all() for a, b in zip(one[:4], other[:4], strict=True))


def test_pictures_and_arguments():
    env = gymnasium.make_vec("chip8/Loom-v0", num_envs=2, render_mode="rgb_array")
    env.reset(seed=0)
    assert [picture.shape for picture in env.render()] == [(64, 128, 3)] * 2
    with pytest.raises(ValueError, match="shape"):
        env.step(np.array([0]))
    with pytest.raises(ValueError, match="0 to 1"):
        env.step(np.array([0, 2]))
    with pytest.raises(ValueError, match="num_envs"):
        chip8.Chip8VectorEnv("Loom", num_envs=0)
