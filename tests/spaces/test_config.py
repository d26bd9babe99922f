import textwrap

import pytest
from huggingface_hub import SpaceHardware
from huggingface_hub.utils import HFValidationError, validate_repo_id

from deploy.config import COLORS, DEFAULT_SLEEP_SECONDS, HARDWARE, Volume, load_config, override
from deploy.errors import PushError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYz01234567"
PLAIN = '[films]\ntitle = "Films"\n'


@pytest.fixture
def load(tmp_path):
    """Read a spaces.toml of the given text, in a project of two apps."""
    for name in ("apps/films.py", "apps/bears.py", "spaces/spaces.toml", "shared/artifacts/artifacts.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "shared/artifacts/artifacts.toml").write_text('[films]\nbundled = "x"\n')

    def load_text(text: str):
        path = tmp_path / "spaces/spaces.toml"
        path.write_text(textwrap.dedent(text), "utf-8")
        return load_config(path)

    return load_text


def told(load, text: str) -> str:
    with pytest.raises(PushError) as caught:
        load(text)
    assert caught.value.__cause__ is None
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_space_takes_the_defaults_and_says_otherwise_where_it_differs(load):
    config = load("""
        owner = "visitor"
        [defaults]
        hardware = "t4-small"
        sleep_time = 600
        tags = ["course"]
        variables = {MODE = "demo", LEVEL = "1"}
        [collection]
        title = "All apps"
        description = "In order."
        [films]
        lesson = 7
        hardware = "cpu-basic"
        variables = {LEVEL = "2"}
        secrets = ["API_TOKEN", "API_TOKEN"]
        tags = ["films"]
        [films.checks.recommend]
        n = 3
        [bears]
        repo = "Which-bear"
        title = "Bears: black, brown"
        private = true
        lesson = 1
        """)
    assert config.owner == "visitor"
    assert (config.collection.title, config.collection.description) == ("All apps", "In order.")
    assert list(config.spaces) == ["bears", "films"]
    films, bears = config.spaces["films"], config.spaces["bears"]
    assert (films.name, films.app, films.repo, films.title) == ("films", "films", "films", "Films")
    assert films.variables == {"MODE": "demo", "LEVEL": "2"}
    assert films.secrets == ("API_TOKEN",)
    assert films.tags == ("films",)
    assert films.checks == {"recommend": {"n": 3}}
    assert not films.is_paid
    assert films.sleep_time is None  # the defaults' is for hardware that costs
    assert (bears.repo, bears.app, bears.private) == ("Which-bear", "bears", True)
    assert bears.is_paid
    assert bears.sleep_time == 600
    assert bears.tags == ("course",)


def test_within_a_lesson_the_order_is_that_of_the_file(load):
    assert list(load("[films]\nlesson = 2\n[bears]\nlesson = 2\n").spaces) == ["films", "bears"]


@pytest.mark.parametrize("hardware", HARDWARE)
def test_hardware_that_costs_gets_a_sleep_time(load, hardware):
    free = {"cpu-basic", "zero-a10g"}
    space = load(f'[films]\nhardware = "{hardware}"\n').spaces["films"]
    assert space.is_paid == (hardware not in free)
    assert space.sleep_time == (None if hardware in free else DEFAULT_SLEEP_SECONDS)
    # By the command line, too; and back to what is free.
    plain = load(PLAIN).spaces["films"]
    assert override(plain, hardware=hardware).sleep_time == space.sleep_time
    assert override(space, hardware="cpu-basic").sleep_time is None


def test_never_sleeping_must_be_said(load):
    space = load('[films]\nhardware = "l4x1"\nsleep_time = -1\n').spaces["films"]
    assert space.sleep_time == -1
    assert override(space, private=True).sleep_time == -1
    assert override(space, sleep_time=60).sleep_time == 60
    assert override(space, hardware="t4-small").sleep_time == -1


def test_override_changes_what_is_given_and_nothing_else(load):
    space = load(PLAIN).spaces["films"]
    assert override(space) == space
    changed = override(space, private=True, hardware="zero-a10g")
    assert (changed.private, changed.hardware) == (True, "zero-a10g")
    assert override(changed, private=False, hardware="cpu-basic") == space
    for wishes, message in [
        ({"hardware": "t4-smal"}, "films: hardware 't4-smal' is not a known hardware. Did you mean"),
        ({"sleep_time": 60}, "films: sleep_time: cpu-basic is free"),
        ({"hardware": "t4-small", "sleep_time": 0}, "films: sleep_time 0 is not possible. Give"),
    ]:
        with pytest.raises(PushError) as caught:
            override(space, **wishes)
        assert str(caught.value).startswith(message)


def test_volumes_are_read_only_unless_they_are_buckets(load):
    text = """
        [films]
        volumes = [
            {kind = "model", source = "visitor/bears", mount_path = "/models", revision = "v1"},
            {kind = "bucket", source = "visitor/notes", mount_path = "/data"},
        ]
        """
    assert load(text).spaces["films"].volumes == (
        Volume("model", "visitor/bears", "/models", True, "v1"),
        Volume("bucket", "visitor/notes", "/data", False, None),
    )


def test_lists_are_those_of_the_hub():
    assert set(HARDWARE) == {flavour.value for flavour in SpaceHardware}
    assert set(COLORS) == {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


@pytest.mark.parametrize(
    "emoji", ["🎓", "🐻", "🌲", "📈", "🎬", "❤️", "👩‍🔬", "👍🏽", "🇳🇿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "✂️", "🪄", "©️"]
)
def test_every_kind_of_emoji_is_one(load, emoji):
    assert load(f'[films]\nemoji = "{emoji}"\n').spaces["films"].emoji == emoji


@pytest.mark.parametrize("emoji", ["", "x", ":bear:", "🐻🐻", "🐻 ", "7", "é", "🇳", "→", "\u200d", "🏽"])
def test_what_is_no_emoji_is_refused(load, emoji):
    assert told(load, f'[films]\nemoji = "{emoji}"\n').endswith("Write one emoji and nothing else.")


@pytest.mark.parametrize(
    "name", ["a", "a-b_c.d", "A1", "a--b", "a..b", "-a", "a.", "a.git", "a b", "é", "x" * 96, "x" * 97]
)
def test_names_of_repositories_are_those_the_client_takes(load, name):
    try:
        validate_repo_id(f"visitor/{name}")
        is_possible = True
    except HFValidationError:
        is_possible = False
    if is_possible:
        assert load(f'[films]\nrepo = "{name}"\n').spaces["films"].repo == name
    else:
        assert "is not a name on the Hub" in told(load, f'[films]\nrepo = "{name}"\n')


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.12.12"])
def test_python_versions(load, version):
    assert load(f'[films]\npython_version = "{version}"\n').spaces["films"].python_version == version


MODEL = 'kind = "model", source = "a/b", mount_path = "/m"'
MISTAKES = [
    ("", "there is no Space in it. Give it a table such as [bears]."),
    ("[films", "spaces.toml is not TOML: "),
    ('title = "Films"\n[films]', "'title' is no table. Put it into [defaults] or a Space's table."),
    ("[cats]", "[cats] app 'cats' is not a known app. Choose one of: bears, films."),
    ('[film]\napp = "filmz"', "[film] app 'filmz' is not a known app. Did you mean films? Choose one"),
    ('[films]\nhardwear = "t4-small"', "[films] 'hardwear' is not a known key. Did you mean hardware?"),
    ('[defaults]\ntitle = "x"\n[films]', "[defaults] 'title' is not a known key."),
    ('[collection]\ntitel = "x"\n[films]', "[collection] 'titel' is not a known key. Did you mean title?"),
    ("[films]\nhardware = 4", "[films] hardware is not a string. Write it as a string."),
    ('[films]\nhardware = "T4"', "[films] hardware 'T4' is not a known hardware."),
    ('[defaults]\nhardware = "gpu"\n[films]', "[defaults] hardware 'gpu' is not a known hardware."),
    ('[films]\ncolor_from = "grey"', "color_from 'grey' is not a known colour. Did you mean gray? Choose"),
    ('[films]\ncolor_to = "#fff"', "color_to '#fff' is not a known colour. Choose one of: red, yellow"),
    (f'[films]\nshort_description = "{"x" * 61}"', "short_description has 61 characters, and the Hub takes"),
    ('[films]\nshort_description = "a\\nb"', "short_description has more than one line."),
    ('[films]\ntitle = " "', "title ' ' is not possible. Write one line that is not empty."),
    ("[films]\npython_version = 3.12", "python_version is not a string."),
    ('[films]\npython_version = "3.10"', "python_version '3.10' is not possible. Write \"3.12\", or another"),
    ('[films]\nhardware = "zero-a10g"\npython_version = "3.13"', "Use one of: 3.12, 3.12.12."),
    ('[films]\nrepo = "visitor/films"', "repo 'visitor/films' holds a slash."),
    ('owner = "a/b"\n[films]', "owner 'a/b' holds a slash."),
    ('[films]\nrepo = "Same"\n[bears]\nrepo = "same"', "[bears] repo 'same' is the repository of [films]"),
    ("[films]\nlesson = true", "lesson is not a whole number."),
    ('[films]\nprivate = "yes"', "private is not true or false."),
    ("[films]\noauth = 1", "oauth is not true or false."),
    ('[films]\ntags = "one"', "tags is not a list of strings."),
    ('[films]\ntags = ["fine", "No,no"]', "tags, entry 2 is not possible."),
    ('[films]\npackages = ["FFmpeg"]', "packages, entry 1 is not possible. Name packages of Debian"),
    ('[films]\nvariables = {mode = "x"}', "variables: 'mode' is not a name for a variable. Use"),
    ("[films]\nvariables = {MODE = 1}", "variables: MODE is not a string."),
    ('[films]\nsecrets = ["token"]', "secrets, entry 1 is not possible. Secrets are names, never values."),
    ('[films]\nvariables = {A = "x"}\nsecrets = ["A"]', "A is a variable and a secret. Keep"),
    ("[films]\nsleep_time = 60", "sleep_time: cpu-basic is free, and the Hub decides when it sleeps."),
    ('[films]\nhardware = "l4x1"\nsleep_time = 0', "sleep_time 0 is not possible. Give seconds, or -1"),
    ('[films]\nhardware = "l4x1"\nsleep_time = 1.5', "sleep_time is not a whole number of seconds."),
    ('[films]\nmodels = ["bear"]', "models 'bear' is not a known model of shared/artifacts/artifacts.toml."),
    ('[films]\nmodels = ["a/b model.onnx main"]', "models, entry 1 is not possible. Write the name"),
    ("[films]\nchecks = {recommend = 1}", "checks.recommend is not a table of arguments."),
    ('[films.checks."/recommend"]', "checks: '/recommend' is not an endpoint. Write its name"),
    (
        '[films]\nvolumes = [{kind = "disk", source = "a/b", mount_path = "/m"}]',
        "volumes: kind 'disk' is not a known kind.",
    ),
    (
        '[films]\nvolumes = [{kind = "model", source = "b", mount_path = "/m"}]',
        "volumes: source 'b' is not possible.",
    ),
    (
        '[films]\nvolumes = [{kind = "model", source = "a/b", mount_path = "m"}]',
        "volumes: mount_path 'm' is not possible.",
    ),
    ('[films]\nvolumes = [{kind = "model", source = "a/b"}]', "volumes: mount_path is missing."),
    (f'[films]\nvolumes = [{{{MODEL}, path = "x"}}]', "volumes: 'path' is not a known key."),
    (f"[films]\nvolumes = [{{{MODEL}, read_only = false}}]", "a model can only be read."),
    (
        '[films]\nvolumes = [{kind = "bucket", source = "a/b", mount_path = "/m", revision = "v1"}]',
        "a bucket has no revisions.",
    ),
    (
        f'[films]\nvolumes = [{{{MODEL}}}, {{kind = "space", source = "a/c", mount_path = "/m/"}}]',
        "two have the same mount_path.",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_each_mistake_is_told_with_its_place_and_what_is_allowed(load, text, message):
    said = told(load, text + "\n")
    assert said.startswith("spaces.toml")
    assert message in said
    assert said.endswith(".")


def test_what_is_allowed_comes_with_the_closest_first(load):
    said = told(load, '[films]\nhardware = "a10-large"\n')
    assert "Did you mean a10g-large? Choose one of: a10g-large, " in said
    assert all(flavour in said for flavour in HARDWARE)


def test_a_model_may_be_a_line_for_the_hub_or_a_name(load):
    line = f"visitor/bears config.json,model.onnx {COMMIT}"
    assert load(f'[films]\nmodels = ["films", "{line}"]\n').spaces["films"].models == ("films", line)


@pytest.mark.parametrize(
    "text",
    [
        f'[films]\nvariables = {{LEVEL = "{TOKEN}"}}\n',
        f'[films]\nsecrets = ["{TOKEN}"]\n',
        f'[films]\nsecrets = {{API = "{TOKEN}"}}\n',
        f"[films]\n# {TOKEN}\n",
        f'[films]\n{TOKEN} = "x"\n',
        f'[films\ntitle = "{TOKEN}"\n',
        '[films]\ntitle = "sk-proj-AbCdEfGhIjKlMnOpQrSt"\n',
        '[films]\ntitle = "ghp_AbCdEfGhIjKlMnOpQrSt"\n',
        "[films]\n# -----BEGIN RSA PRIVATE KEY-----\n",
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(load, text):
    said = told(load, text)
    assert "holds what looks like a secret" in said
    assert "line 2 " in said
    assert "AbCdEfGhIjKlMnOpQrSt" not in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    "text",
    [
        '[films]\nsecrets = ["swordfish-1234"]\n',
        '[films]\nsecrets = {API_TOKEN = "swordfish-1234"}\n',
        '[films]\nsecrets = "swordfish-1234"\n',
        '[films]\nvariables = {API_TOKEN = "swordfish-1234"}\n',
        '[films]\nvariables = {mode = "swordfish-1234"}\n',
        '[films]\nvariables = {A = "swordfish-1234"}\nsecrets = ["A"]\n',
    ],
)
def test_a_secret_that_looks_like_a_word_is_not_repeated_either(load, text):
    assert "swordfish" not in told(load, text)


def test_what_only_sounds_like_a_secret_is_fine(load):
    config = load('[films]\nvariables = {TOKENS_SHOWN = "10"}\n# hf_oauth_scopes, task-oriented-things\n')
    assert config.spaces["films"].variables == {"TOKENS_SHOWN": "10"}


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PushError, match=r"There is no spaces.toml in .*\. Write it, or name another\."):
        load_config(tmp_path / "spaces.toml")
    (tmp_path / "spaces.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PushError, match=r"cannot be read\. Make it a text file"):
        load_config(tmp_path / "spaces.toml")
