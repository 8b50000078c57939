"""What an image was built from, kept as text: so that the next build can say what changed."""

from hashlib import sha256
from pathlib import Path

from runner.image.chain import UV_VERSION, layer_script
from runner.plan.dockerfile import changed_layer
from runner.plan.plan import Plan


def record_of(plan: Plan) -> str:
    """All that the image depends on, in sections: what changed is found in it."""
    trusted = (f"#- {name} {sha256(text).hexdigest()}" for name, text in plan.certificates.items())
    sections = [
        plan.dockerfile,
        "# the base image",
        f"#- {plan.base.image_id}",
        "# the certificates",
        *trusted,
        "# upper-constraints.txt",
        f"#- {plan.constraints.digest()}",
        "# how Python packages are installed",
        f"#- uv {UV_VERSION} {sha256(layer_script().encode()).hexdigest()[:16]}",
    ]
    return "\n".join(sections) + "\n"


def keep_record(place: Path, record: str) -> None:
    """Remember what the job's image was made from."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(record)


def why_anew(previous: Path, record: str) -> str:
    """What changed since the record before, in words."""
    try:
        before = previous.read_text()
    except OSError:
        return "its first build"
    return changed_layer(before, record) or "an image of it is gone"
