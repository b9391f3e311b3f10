"""A flow file -> a checked Flow, or every mistake with its place and what to write instead."""

from pathlib import Path as FilePath

from pydantic import ValidationError

from callcenter.adapters.flows.models import FlowModel, words_at
from callcenter.adapters.flows.problems import finding_of
from callcenter.adapters.flows.tree import read_tree
from callcenter.domain.flow.checker import check
from callcenter.domain.flow.findings import Finding, FlowError
from callcenter.domain.flow.steps import Flow
from callcenter.domain.ids import StepId

MOST_READ = 1024 * 1024
"""A longer file is refused by its size alone, so the rest need not be read."""


def load(path: FilePath | str) -> Flow:
    """Return the flow of a file, checked. Raises FlowError with every mistake that could be found; OSError."""
    file = FilePath(path)
    with file.open("rb") as stream:
        return load_text(stream.read(MOST_READ), str(file))


def load_text(content: bytes, file: str = "<flow>") -> Flow:
    """Return the checked flow of a file's content. Raises FlowError."""
    tree = read_tree(content, file)
    try:
        model = FlowModel.model_validate(tree.value)
    except ValidationError as error:
        tree.findings.extend(finding_of(tree, detail, words_at) for detail in error.errors(include_url=False))
        raise FlowError(_in_order(tree.findings)) from error
    flow = Flow(
        model.flow,
        model.label,
        StepId(model.start),
        {StepId(name): step.to_step(StepId(name)) for name, step in model.steps.items()},
        file,
        tree.positions,
    )
    findings = _in_order([*tree.findings, *check(flow)])
    if findings:
        raise FlowError(findings)
    return flow


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: (f.line, f.column)))
