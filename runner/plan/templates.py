"""The stages of a Dockerfile, rendered from the templates: values in, text out."""

import shlex

import jinja2

from runner import labels
from runner.plan.dockerfile import Recipe, Stages
from runner.resources import TEMPLATES


def render_stages(recipe: Recipe) -> Stages:
    """Render all three; package names must have been checked before."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - a Dockerfile is not HTML; names are checked and quoted
    )
    environment.filters["quote"] = shlex.quote

    def rendered(template: str) -> str:
        source = environment.get_template(f"{template}.Dockerfile.j2")
        return source.render(recipe=recipe, labels=labels).lstrip("\n")

    return Stages(system=rendered("system"), services=rendered("services"), job=rendered("job"))
