"""Bash as values: what is certain is given, and nothing of comments, strings and heredocs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.lint.bash import Script, read_script


def called(script: Script) -> list[tuple[str, list[str | None], int]]:
    return [(c.name, [word.value for word in c.words], c.line) for c in script.commands]


def test_commands_have_their_literal_words_and_lines() -> None:
    script = read_script('a b \'c d\' "e f" g"h"\n\nrun_process x "$(which y)" \\\n  z\n')
    assert called(script) == [
        ("a", ["b", "c d", "e f", "gh"], 1),
        ("run_process", ["x", None, "z"], 3),
        ("which", ["y"], 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# enable_service x\n",
        "echo 'enable_service x'\n",
        'echo "\nenable_service x\n"\n',
        "cat <<EOF\nenable_service x\nEOF\n",
        "cat <<'EOF' >f\nenable_service x\nif [[ $1 == nonsense ]]; then\nEOF\n",
        "A=$(cat <<-X\n\tenable_service x\n\tX\n)\n",
    ],
)
def test_what_only_looks_like_a_command_is_none(text: str) -> None:
    script = read_script(text)
    assert list(script.called("enable_service")) == []
    assert script.comparisons == ()


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("enable_plugin a b", True),
        ("enable_plugin a b >/dev/null", True),
        ("if true; then enable_plugin a b; fi", False),
        ("true && enable_plugin a b", False),
        ("for x in 1; do enable_plugin a b; done", False),
        ("f() { enable_plugin a b; }", False),
        ("( enable_plugin a b )", False),
        ("x=$(enable_plugin a b)", False),
    ],
)
def test_only_plain_lines_run_always(text: str, *, always: bool) -> None:
    (command,) = read_script(text).called("enable_plugin")
    assert command.always is always


@pytest.mark.parametrize(
    "text",
    [
        'if [[ "$1" == "stack" ]]; then :; fi',
        "if [[ $1 = stack ]]; then :; fi",
        "[ \"$1\" = 'stack' ] && :",
        "[ x != y -a \"$1\" = 'stack' ] && :",
        'if test "$1" = stack; then :; fi',
        'if [[ -n $x && ( "$1" == stack || $3 ) ]]; then :; fi',
        'if ! [[ "$1" == stack ]]; then :; fi',
        'case "$1" in\n  stack | "other") : ;;\nesac',
    ],
)
def test_comparisons_are_found_however_they_are_written(text: str) -> None:
    found = [(c.left.text.strip('"'), c.right.value) for c in read_script(text).comparisons]
    assert ("$1", "stack") in found


@pytest.mark.parametrize(
    "text",
    [
        'f() { [[ "$1" == stack ]]; }',
        'function f {\n  case "$1" in stack) : ;; esac\n}',
        '[[ "$1" =~ stack ]]',
        '[[ "$1" == st* && "$1" == "$x" ]]',
        'case "$1" in *) : ;; [ab]) : ;; esac',
    ],
)
def test_patterns_and_arguments_of_functions_are_no_comparisons(text: str) -> None:
    assert [c for c in read_script(text).comparisons if c.right.value is not None] == []


def test_what_cannot_be_parsed_is_left_out_and_the_rest_is_there() -> None:
    script = read_script("enable_service a\n)\nenable_service b\n")
    assert [c.words[0].value for c in script.called("enable_service")] == ["a", "b"]
    assert not script.is_whole
    assert read_script("enable_service a\n").is_whole


def test_depth_is_no_limit() -> None:
    text = "if x; then\n" * 2000 + "enable_service a\n" + "fi\n" * 2000
    (command,) = read_script(text).called("enable_service")
    assert (command.line, command.always) == (2001, False)


@given(st.text(alphabet="abc $\"'`\\(){}[]<>|&;#=*?!\n1E", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    read_script(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=40))
def test_a_quoted_word_has_its_value(text: str) -> None:
    quoted = "'" + text.replace("'", "'\"'\"'") + "'"
    (command,) = read_script(f"x {quoted}\n").commands
    assert [word.value for word in command.words] == [text]
