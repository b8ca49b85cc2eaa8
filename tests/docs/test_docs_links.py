"""Every link of every page leads somewhere."""

from __future__ import annotations

import pytest

from .pages import ROOT, anchors, links, pages


@pytest.mark.parametrize("page", pages())
def test_links_and_anchors_resolve(page):
    assert [target for target in links(page) if not resolves(page, target)] == []


def resolves(page: str, target: str) -> bool:
    if target.startswith(("https://", "mailto:")):
        return True
    name, _, anchor = target.partition("#")
    path = (ROOT / page).parent / name if name else ROOT / page
    if not path.exists():
        return False
    return not anchor or anchor in anchors(path.resolve().relative_to(ROOT).as_posix())


def test_a_broken_link_is_seen():
    assert not resolves("README.md", "docs/nowhere.md")
    assert not resolves("README.md", "docs/index.md#no-such-heading")
    assert resolves("README.md", "#tests")


def test_the_index_leads_to_every_page():
    reached = {
        ((ROOT / "docs" / target.partition("#")[0]).resolve().relative_to(ROOT)).as_posix()
        for target in links("docs/index.md")
        if not target.startswith("https://")
    }

    assert [
        page
        for page in pages()
        if page.startswith("docs/") and page != "docs/index.md" and page not in reached
    ] == []
