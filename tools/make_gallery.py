"""Makes the pictures in docs/gallery from the demo's reports, one a notebook; `make report` makes those first."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.project_files import ROOT
from tools.system_packages import HOW_TO_GET_CHROMIUM, find_chromium

SHOWN = {
    "regional_innovation": "header, .ppp-headline",
    "learning_effects": "section:has(> .ppp-words > #flows-heading)",
    "theme_explorer": "section:has(> .ppp-words > #theme-comparison-heading)",
    "data_quality": "section:has(> .ppp-words > #completeness-heading)",
}
"""Notebook -> the parts of its report that are shown."""
WIDTH, HIGHEST, MARGIN = 1280, 960, 24


def main() -> None:
    browser = find_chromium()
    if not browser:
        raise SystemExit(HOW_TO_GET_CHROMIUM)
    gallery = ROOT / "docs" / "gallery"
    gallery.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page()
        page.set_viewport_size({"width": WIDTH, "height": 900})
        for notebook, parts in SHOWN.items():
            report = max((ROOT / "reports").glob(f"*/{notebook}_NL_*_en.html"), default=None)
            if report is None:
                raise SystemExit(f"There is no report {notebook} on NL in English. Run `make report` first.")
            page.goto(report.as_uri())
            page.wait_for_load_state("networkidle")
            boxes = [box for each in page.locator(parts).all() if (box := each.bounding_box())]
            top, bottom = min(box["y"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
            clip = {"x": 0, "y": max(top - MARGIN, 0), "width": WIDTH, "height": min(bottom - top + MARGIN, HIGHEST)}
            picture = Image.open(io.BytesIO(page.screenshot(clip=clip, full_page=True)))  # type: ignore[arg-type]
            # few colours: half the size, and nobody sees it
            picture.convert("RGB").quantize(64).save(gallery / f"{notebook}.png", optimize=True)


if __name__ == "__main__":
    main()
