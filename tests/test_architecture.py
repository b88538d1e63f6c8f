"""The borders of the architecture, kept by a test that never tires."""

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = [path for part in ("callcenter", "ivr", "workers") for path in (ROOT / part).rglob("*.py")]
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in SOURCES}

CARRIER_WORDS = (  # what it calls itself, the fields of its requests, and what stands in them
    "Twilio|TwiML|AccountSid|CallSid|CallStatus|Digits|SpeechResult|Confidence|AnsweredBy|QueueResult|ConferenceSid"
    "|FriendlyName|ParticipantLabel|ParticipantCallStatus|ReasonParticipantLeft|SequenceNumber|StatusCallbackEvent"
    "|MessageSid|MessageStatus|ErrorCode|ErrorUrl|[\"'](?:From|To|Body|Hold|Muted|Direction)[\"']"
    "|participant-(?:join|leave|hold|unhold|mute|unmute)|participant_updated_via_api|queue-full|in-progress|machine_\\w+"
)
ONLY_IN = {  # a word -> where it may be said; a folder ends in "/"
    CARRIER_WORDS: [
        "ivr/inbound.py",
        "ivr/twilio.py",
        "ivr/twiml.py",
        "ivr/practice/",
        "ivr/drill/",
        "callcenter/config.py",  # names the keeper of the port and describes its settings
    ],
    "/voice/[^ ]*": ["ivr/addresses.py"],
    "redis": [
        "callcenter/live/",
        "callcenter/jobs.py",
        "callcenter/demonstration/embedded.py",  # the scheme of a URL
    ],
    "sqlalchemy": [
        "callcenter/db.py",
        "callcenter/records/",
        "callcenter/migrations/",
        "callcenter/demonstration/simulated_rows.py",  # writes a year of rows at once
    ],
    "celery": [
        "callcenter/jobs.py",
        "workers/",
        "callcenter/demonstration/up.py",  # the command that starts the worker
    ],
    r"datetime\.now|datetime\.utcnow|datetime\.today|date\.today|time\.time": ["callcenter/clock.py"],
    r"os\.environ|getenv": ["callcenter/config.py"],
    r"commit\(\)": [
        "callcenter/db.py",
        "callcenter/migrations/",  # each migration its own transaction, under a lock
    ],
}

LATER = {  # on Redis each of these loses and doubles work (promises.md): what must happen is a row that the sweep finds
    "countdown": r"\bcountdown\s*=",
    "eta": r"\beta\s*=",
    "retry": r"\bself\.retry\b|\bautoretry_for\b",
    "chord": r"\bchord\s*\(|import .*\bchord\b",
    "beat": r"beat_schedule|add_periodic_task|celery\.beat|--beat\b|celery.{0,80}\bbeat\b",
}

# In parts, for this file is committed too.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))]
HOSTS += [".".join(parts) for parts in (("yarnpkg", "com"), ("unpkg", "com"), ("jsdelivr", "net"), ("cdnjs", "com"))]


@pytest.mark.parametrize("word", ONLY_IN)
def test_a_word_is_said_only_where_it_belongs(word: str) -> None:
    said = [
        f"{place}:{number}: {line.strip()}"
        for path in SOURCES
        if not _belongs(place := path.relative_to(ROOT).as_posix(), ONLY_IN[word])
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(rf"(?<!\w)(?:{word})(?!\w)", line)
    ]
    assert not said, "\n".join(said)


@pytest.mark.parametrize("means", LATER)
def test_no_promise_is_left_to_the_broker(means: str) -> None:
    said = [path.relative_to(ROOT).as_posix() for path in SOURCES if re.search(LATER[means], path.read_text())]
    procfile = (ROOT / "Procfile").read_text()
    assert not said
    assert not re.search(LATER[means], procfile)


def test_a_screen_writes_nothing() -> None:
    """What is written, and that something was looked at, is a verb's to say."""
    writes = re.compile(r"\btransaction\b|\baudit\(|\bAuditedAct\.|\bmove\(")
    screens = {path.name: path.read_text() for path in (ROOT / "callcenter/screens").glob("*.py")}
    assert "desk_screen.py" in screens
    assert [name for name, text in screens.items() if writes.search(text)] == []


def test_imports_go_only_down() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_import_goes_round_in_a_circle() -> None:
    assert [sorted(circle) for circle in _circles({name: _imports(path) for name, path in MODULES.items()})] == []


def test_a_circle_is_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}
    assert _circles(imports) == [{"a", "b", "c"}]


def test_no_python_file_is_longer_than_four_hundred_lines() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ours = [ROOT / name for name in listed.splitlines() if "/migrations/versions/" not in name]
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in ours if path.exists()}
    assert {"callcenter/db.py", "tests/test_architecture.py"} <= set(lines)
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_a_test_stands_at_its_sources_path() -> None:
    """Under `tests/callcenter`, `tests/ivr` and `tests/workers` are the folders of the source and no others."""
    mirrors = [folder for part in ("callcenter", "ivr", "workers") for folder in (ROOT / "tests" / part).rglob("*/")]
    folders = [path.relative_to(ROOT / "tests") for path in mirrors if any(path.glob("test_*.py"))]
    assert Path("callcenter/web/api/admin") in folders
    assert [str(folder) for folder in folders if not (ROOT / folder).is_dir()] == []


def test_a_question_changes_nothing() -> None:
    """Whoever is asked `is_`, `has_`, `may_` or `wants_` neither commits nor asks the carrier for anything."""
    assert not [
        f"{path.relative_to(ROOT)}: {node.name} says {called}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and re.match(r"_*(is|has|may|wants)_", node.name)
        for called in _calls(node) & {"transaction", "telephone", "commit"}
    ]


def test_no_class_is_a_manager() -> None:
    vague = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCES
        for name in re.findall(r"^class (\w*(?:Manager|Helper|Service|Util|Utils))\b", path.read_text(), re.MULTILINE)
    ]
    assert not vague


def test_no_committed_file_names_a_registry_host() -> None:
    named = [
        f"{path}: {host}"
        for path in _committed()
        for host in HOSTS
        if host.encode() in (ROOT / path).read_bytes().lower()
    ]
    assert not named


def test_nothing_third_party_is_committed() -> None:
    brought = ("node_modules/", "callcenter/web/pages/static/vendor/", ".venv/", ".make/")
    assert not [path for path in _committed() if path.startswith(brought) or path.endswith("uv.lock")]


def test_every_locked_requirement_has_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        requirements = re.findall(r"^[a-z0-9][^\n]*==[^\n]*", lock.read_text(), re.MULTILINE | re.IGNORECASE)
        assert requirements, lock
        assert not [each for each in requirements if not each.endswith("\\")], lock


def _belongs(place: str, allowed: list[str]) -> bool:
    return any(place.startswith(each) if each.endswith("/") else place == each for each in allowed)


def _committed() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in listed.split("\0") if path and (ROOT / path).is_file()]


def _imports(path: Path) -> set[str]:
    """Our modules that a module imports, in its functions too; what only a type checker sees does not count."""
    found: set[str] = set()
    left: list[ast.AST] = [ast.parse(path.read_text())]
    while left:
        node = left.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            left += node.orelse
            continue
        left += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name in MODULES}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import it by its whole name"
            names = {f"{node.module}.{each.name}" for each in node.names}
            found |= {name if name in MODULES else name.rpartition(".")[0] for name in names} & MODULES.keys()
    return {name for name in found if MODULES[name] != path}


def _circles(imports: Mapping[str, set[str]]) -> list[set[str]]:
    """Modules that reach one another, each with all that it goes round with."""
    reached = {name: _reached(name, imports) for name in imports}
    circles: list[set[str]] = []
    for name in imports:
        circle = {other for other in reached[name] if name in reached[other]}
        if circle and circle not in circles:
            circles.append(circle)
    return circles


def _reached(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    left = list(imports[start])
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += imports[name]
    return seen


def _calls(node: ast.AST) -> set[str]:
    called = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return {ast.unparse(each).rpartition(".")[2] for each in called}
