"""The HTML report in a real browser: Chromium without a window, driven as a person would.

Each test that looks at a whole page leaves a screenshot in its folder and prints where.
"""

import base64
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_selenium_python import Axe
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from runner.outcome.result import RunResult
from runner.report.html import render_html
from tests.unit.reporting import ALL, NASTY, RUN, failed, passed, run_of, write_folder

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCREENS = {
    "light": (1280, "light"),
    "dark": (1280, "dark"),
    "phone": (390, "light"),
    "phone-dark": (390, "dark"),
}
PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser with the page of a run in it."""

    driver: webdriver.Chrome
    folder: Path

    def show(self, run: RunResult, *, log: str = "", screen: str = "light") -> None:
        """Write the run's page and open it on a screen of that kind."""
        path = self.folder / "report.html"
        if not path.exists():
            files = write_folder(self.folder / RUN, run, log=log)
            path.write_text(render_html(run, files))
        width, scheme = SCREENS[screen]
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)
        self.driver.get(path.as_uri())

    def call(self, command: str, **arguments: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script: str) -> Any:
        return self.driver.execute_script(f"return {script}")

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element("css selector", selector)

    def wait(self, script: str) -> None:
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: self.run(script))

    def photograph(self, name: str) -> None:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {
            "x": 0,
            "y": 0,
            "width": size["width"],
            "height": min(size["height"], 8000),
            "scale": 1,
        }
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path = self.folder / f"{name}.png"
        path.write_bytes(base64.b64decode(taken["data"]))
        print(f"screenshot: {path}")

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What the browser has noted since the last time."""
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def requests(self) -> list[str]:
        """What has been asked of the network since the last time."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        asked = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [params["request"]["url"] for params in asked]


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    service = shutil.which("chromedriver")
    if browser is None or service is None:
        pytest.fail("no Chromium with its driver is installed; `make browser` installs them")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(service))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def browser(driver: webdriver.Chrome, tmp_path: Path) -> Browser:
    driver.get("about:blank")
    browser = Browser(driver, tmp_path)
    browser.log("performance")
    return browser


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_fits_every_screen(browser: Browser, screen: str) -> None:
    browser.show(ALL, screen=screen)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    browser.photograph(screen)
    assert browser.run("document.documentElement.scrollWidth") <= SCREENS[screen][0]
    assert browser.run("document.querySelectorAll('h1, h2').length") == 5


@pytest.mark.parametrize("screen", SCREENS)
def test_nobody_is_shut_out(browser: Browser, screen: str) -> None:
    """Contrast, names, headers, keyboard: what axe-core finds."""
    browser.show(ALL, screen=screen)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    axe = Axe(browser.driver)
    axe.inject()
    found = axe.run()["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []


def test_the_dark_page_is_dark(browser: Browser) -> None:
    for screen, lightness in (("light", "255"), ("dark", "15")):
        browser.show(ALL, screen=screen)
        colour = browser.run("getComputedStyle(document.body).backgroundColor")
        assert colour.startswith(f"rgb({lightness},")


def test_nothing_is_loaded_and_nothing_complains(browser: Browser) -> None:
    browser.log("browser")
    browser.show(ALL, log=f"{NASTY}\n")
    assert browser.requests() == [(browser.folder / "report.html").as_uri()]
    assert browser.log("browser") == []


def test_a_script_in_a_log_is_text_and_would_not_run(browser: Browser) -> None:
    browser.show(ALL, log="<script>window.hacked = 1</script><img src=x onerror='hacked = 1'>\n")
    assert "<script>window.hacked" in browser.run(
        "document.querySelector('#text-1-1 pre').textContent"
    )
    browser.run(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"hacked = 1\">')"
    )
    added = "const s = document.createElement('script'); s.textContent = 'hacked = 1';"
    browser.run(f"(() => {{ {added} document.body.append(s); }})()")
    assert browser.run("typeof window.hacked") == "undefined"


def test_a_log_is_searched(browser: Browser) -> None:
    browser.show(ALL)
    browser.run("document.getElementById('job-1').open = true")
    browser.find("#text-1-1 > summary").click()
    browser.wait("document.querySelector('#text-1-1 output').textContent === '400 lines'")
    search = browser.find("#text-1-1 input")
    search.send_keys("LINE 39")
    browser.wait("document.querySelector('#text-1-1 output').textContent === '11 of 400 lines'")
    text = browser.find("#text-1-1 pre").text
    assert text.splitlines()[0].split() == ["39", "line", "39", "of", "debian-12-heat"]
    assert text.splitlines()[-1] == "399  line 399 of debian-12-heat"
    browser.photograph("search")
    search.send_keys(Keys.ESCAPE)
    browser.wait("document.querySelector('#text-1-1 output').textContent === '400 lines'")
    assert len(browser.find("#text-1-1 pre").text.splitlines()) == 400


def test_a_failure_leads_to_the_end_of_its_log(browser: Browser) -> None:
    browser.show(ALL)
    assert not browser.find("#text-2-1 pre").is_displayed()
    browser.find("#failure-2 .next a").click()
    browser.wait("document.getElementById('text-2-1').open")
    assert browser.find("#text-2-1 pre").is_displayed()
    shown = "const pre = document.querySelector('#text-2-1 pre');"
    end = "pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 2"
    browser.wait(f"(() => {{ {shown} return {end}; }})()")


def test_the_matrix_leads_to_the_failure(browser: Browser) -> None:
    browser.show(ALL)
    browser.find("td.failed a[href='#failure-2']").click()
    browser.wait("document.getElementById('failure-2').getBoundingClientRect().top < 100")


def test_a_long_log_is_searched_while_one_types(browser: Browser) -> None:
    log = "".join(f"{number:08} the quick brown fox jumps over\n" for number in range(200_000))
    browser.show(run_of(failed()), log=log)
    assert (browser.folder / "report.html").stat().st_size > 2_000_000
    browser.find("#failure-1 .next a").click()
    browser.wait("document.querySelector('#text-1-1 output').textContent !== ''")
    begun = time.monotonic()
    browser.find("#text-1-1 input").send_keys("00199999")
    browser.wait("document.querySelector('#text-1-1 output').textContent.startsWith('1 of ')")
    assert time.monotonic() - begun < 3


def test_it_is_readable_without_scripts(browser: Browser) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.show(run_of(passed()))
        browser.find("#text-1-1 > summary").click()
        assert browser.find("#text-1-1 pre").text.startswith("line 1 of debian-12-heat")
        assert not browser.find("#text-1-1 .find").is_displayed()
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
