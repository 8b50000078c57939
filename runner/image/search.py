"""Which of a job's images are there."""

from collections.abc import Iterator

from runner.engine import Engine
from runner.image.chain import Link, PythonLink, links, references
from runner.plan.plan import Plan


def find_link(link: Link, parent: str, engine: Engine) -> str | None:
    """The name of the image that the link is, if it is there."""
    reference = link.reference(parent)
    if engine.find_image(reference):
        return reference
    if isinstance(link, PythonLink) and link.constraints.text:
        return link.find(parent, engine.images(python=link.key(parent)))
    return None


def find_whole(plan: Plan, engine: Engine) -> str | None:
    """The name of the job's image, if it is there."""
    reference = references(plan)[-1]
    if engine.find_image(reference):
        return reference
    if not plan.constraints.text:
        return None
    # the constraints may have changed in what is of no matter here
    parent = plan.base.image_id
    for link in links(plan):
        found = find_link(link, parent, engine)
        if found is None:
            return None
        parent = found
    return parent


def describe(plan: Plan, engine: Engine) -> Iterator[str]:
    """What a run of the plan would do, a line each; nothing is done."""
    whole = find_whole(plan, engine)
    yield f"{plan.job} on {plan.base.reference}"
    yield (
        f"  image {whole} is there" if whole else f"  image {references(plan)[-1]} would be built"
    )
    if not whole:
        yield from _missing_links(plan, engine)
    for layer in plan.recipe.layers:
        yield f"  packages of {layer.title}: {' '.join(layer.packages)}"
    for python in (*plan.recipe.python, *plan.recipe.requirements):
        yield f"  {python.title}: {' '.join(python.requirements)}"
    for plugin in plan.plugins:
        state = f" at {plugin.sha[:12]}" if plugin.sha else ""
        yield f"  plugin {plugin.name} from {plugin.folder}{state}"
    if plan.requirements.folder:
        yield f"  requirements from {plan.requirements.folder}"
    for note in plan.notes:
        yield f"  note: {note}"


def _missing_links(plan: Plan, engine: Engine) -> Iterator[str]:
    """What of the images below the job's is there."""
    parent = plan.base.image_id
    for link in links(plan)[:-1]:
        found = find_link(link, parent, engine)
        parent = found or link.reference(parent)
        yield f"    {link.what}: {parent} {'is there' if found else 'would be built'}"
