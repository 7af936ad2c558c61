"""The board in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from httpx import Client
from playwright.sync_api import Browser, Page, expect

from tests.unit.serving.board.conftest import MILL, ODD

WIDTHS = {"desktop": 1280, "phone": 390}


@pytest.fixture
def page(browser: Browser, board: Client) -> Iterator[Page]:
    """Return a page that asks nobody but the board, and whose scripts do not fail."""
    context = browser.new_context(base_url=str(board.base_url))
    page = context.new_page()
    foreign: list[str] = []
    faults: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((str(board.base_url), "data:"))
            else foreign.append(request.url)
        ),
    )
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on(
        "console", lambda said: faults.append(said.text) if "Security Policy" in said.text else None
    )
    yield page
    context.close()
    assert foreign == []
    assert faults == []


def machines(page: Page) -> list[str]:
    names = page.locator("tr[data-machine]").evaluate_all(
        "rows => rows.map(r => r.dataset.machine)"
    )
    return [str(name) for name in names]


def test_machines_are_ordered_by_risk(page: Page) -> None:
    page.goto("/")
    found = machines(page)
    assert [name for name in found if name in MILL] == [ODD, "M4", "M2", "M3"]
    assert len(found) == len(MILL) + 6
    classes = page.locator("tr[data-machine]").evaluate_all("rows => rows.map(r => r.className)")
    assert classes == sorted(classes)
    row = page.get_by_role("row", name="M4")
    expect(row).to_contain_text("60 %")
    expect(row).to_contain_text("visit")
    expect(row).to_contain_text("belt")
    expect(row).to_contain_text("pressure +20 %")


def test_filters_choose_by_plant_model_and_risk(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Plant").select_option("mill")
    page.get_by_label("Risk").select_option("high")
    page.get_by_role("button", name="Show").click()
    assert machines(page) == [ODD, "M4", "M2"]
    expect(page.get_by_label("Plant")).to_have_value("mill")
    page.goto("/?model=A")
    of_a = machines(page)
    page.goto("/?model=B")
    assert sorted([*of_a, *machines(page)]) == [f"P0{number}" for number in range(1, 7)]
    page.goto("/?plant=mill&model=A")
    expect(page.get_by_text("No machine is like that")).to_be_visible()


def test_page_of_a_machine_shows_sensors_reasons_events_and_forecasts(page: Page) -> None:
    page.goto("/?plant=small")
    page.locator("tr[data-machine] a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("P0")
    for sensor in ("flow", "pressure", "vibration"):
        figure = page.locator(f'figure[data-chart="{sensor}"]')
        expect(figure.locator("canvas")).to_have_count(1)
        expect(figure).to_contain_text("between")
    expect(page.locator('figure[data-chart="forecasts"] canvas')).to_have_count(1)
    for heading in ("Why", "Past failures", "Maintenance"):
        section = page.locator("section", has=page.get_by_role("heading", name=heading, exact=True))
        expect(section.locator("tr, li").first).to_be_visible()


def test_the_first_forecast_of_a_machine_stands_amid_a_day(page: Page) -> None:
    page.goto("/?plant=mill")
    page.get_by_role("link", name="M4").click()
    expect(page.locator('figure[data-chart="forecasts"] canvas')).to_have_count(1)
    time = 1_767_225_600
    alone = "time => { drawn.forecasts = { times: [time], values: [0.1] }; drawAll(); }"
    page.evaluate(alone, time)
    shown = page.evaluate("[charts[0].scales.x.min, charts[0].scales.x.max]")
    assert shown == [time - 12 * 3600, time + 12 * 3600]


def test_feedback_is_kept_and_shown(page: Page) -> None:
    page.goto("/?plant=mill")
    page.get_by_role("link", name="M4").click()
    page.get_by_label("Component").select_option("belt")
    page.get_by_label("Who you are").fill("Ana")
    page.get_by_label("Note").fill("<i>loose</i>")
    page.get_by_role("button", name="false alarm").click()
    expect(page.locator("#feedback li")).to_contain_text("false alarm (belt) by Ana: <i>loose</i>")
    page.goto("/?plant=mill")
    expect(page.get_by_role("row", name="M4")).to_contain_text("false alarm 0 min ago by Ana")


def test_board_is_used_by_keyboard(page: Page) -> None:
    page.goto("/?plant=mill")
    page.keyboard.press("Tab")
    expect(page.get_by_text("To the content")).to_be_focused()
    page.keyboard.press("Enter")
    focused: list[str] = []
    while "M3" not in focused:
        page.keyboard.press("Tab")
        focused.append(str(page.evaluate("document.activeElement.textContent.trim()")))
        assert len(focused) < 20, focused
    assert focused[-5:] == ["Calendar", ODD, "M4", "M2", "M3"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("M2")
    page.get_by_label("Who you are").focus()
    page.keyboard.type("Bo")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback li")).to_contain_text("inspected by Bo")


@pytest.mark.parametrize("path", ["/board/machines/mill/none", "/board/assets/../pages.py"])
def test_what_is_not_there_is_a_page_that_leads_back(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("width", WIDTHS.values(), ids=list(WIDTHS))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_and_everything_can_be_read(page: Page, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/board/machines/small/P01"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_UNREADABLE) == []


_UNREADABLE = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (text) => {
    const [r, g, b] = numbers(text).slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!text || element.tagName === "SCRIPT") continue;
    const [a, b] = [light(getComputedStyle(element).color), light(back(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.push(`${element.tagName} ${element.className} ${contrast}`);
  }
  return poor;
}"""
