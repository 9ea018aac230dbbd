"""What `app/parts/streamlit_private.py` does to the page is seen on the page."""

from __future__ import annotations

from playwright.sync_api import Browser, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.support.browser import empty_page, open_page, settled


def test_primary_buttons_and_captions_can_be_read(chromium: Browser, app_address: str) -> None:
    with open_page(chromium, f"{app_address}/reading") as page:
        page.get_by_text("Sample", exact=True).click()
        start = page.get_by_role("button", name="Start reading")
        expect(start).to_be_enabled()
        expect(start).to_have_css("color", "rgb(255, 255, 255)")
        expect(page.get_by_test_id("stCaptionContainer").first).to_have_css("opacity", "0.7")
        page.emulate_media(color_scheme="dark")
        expect(start).to_have_css("color", "rgb(17, 22, 29)")
        expect(page.get_by_test_id("stCaptionContainer").first).to_have_css("opacity", "0.7")


def test_a_page_that_is_left_does_not_lead_back(chromium: Browser, app_address: str) -> None:
    """An element of the page sends its value after the click on a link, under its page's name."""
    sent: list[str] = []

    def pass_on(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def to_server(message: str | bytes) -> None:
            server.send(message)
            request = BackMsg.FromString(message if isinstance(message, bytes) else b"")
            page = request.rerun_script.page_script_hash
            if page and sent and page != sent[-1]:
                late = BackMsg()
                late.rerun_script.page_script_hash = sent[-1]
                late.rerun_script.widget_states.widgets.add(id="late", string_value="said")
                server.send(late.SerializeToString())
            if page:
                sent.append(page)

        route.on_message(to_server)
        server.on_message(route.send)

    with empty_page(chromium) as page:
        page.route_web_socket("**/_stcore/stream", pass_on)
        page.goto(f"{app_address}/photos")
        settled(page)
        for name in ("History", "About", "History"):
            page.get_by_role("link", name=name).click()
            page.wait_for_url(f"**/{name.lower()}")
            settled(page)
            expect(page.get_by_role("heading", level=1)).to_have_text(name)
        first, second, third = sent  # the second and the third had a late value of the one before
        assert first == third != second


def test_a_button_is_not_lost_to_a_part_that_speaks_in_the_same_moment(
    chromium: Browser, app_address: str
) -> None:
    """The text reports a mark; in the same moment a button is pressed that stands elsewhere."""
    with open_page(chromium, f"{app_address}/reading") as page:
        page.get_by_text("Sample", exact=True).click()
        start = page.get_by_role("button", name="Start reading")
        expect(start).to_be_enabled()
        settled(page)
        start.click()
        expect(page.locator(".scroller section").first).to_be_visible()
        settled(page)
        page.get_by_role("button", name="Pause").evaluate(
            """(button) => {
              document.dispatchEvent(new KeyboardEvent("keydown", { key: "m", bubbles: true }))
              button.click()
            }"""
        )
        expect(page.get_by_text("Resume when you are ready")).to_be_visible()
