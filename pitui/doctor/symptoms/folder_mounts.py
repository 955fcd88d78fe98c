"""The file systems that Spark's folders of a node are on."""

from pitui.facts.node_facts.node_facts import CheckedFolder, NodeFacts


def folders_by_mount(facts: NodeFacts) -> list[CheckedFolder]:
    """Return a node's folders, one a file system, Spark's own before the root."""
    found: dict[str, CheckedFolder] = {}
    for folder in sorted(facts.folders, key=lambda folder: folder.use == "system"):
        if folder.size_kib:
            found.setdefault(folder.mount, folder)
    return list(found.values())
