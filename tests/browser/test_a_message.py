"""A supervisor writes from the wall; an agent reads it wherever they are, and says so."""

from playwright.sync_api import expect

from tests.browser.conftest import KARIM, Checks, Opens
from tests.browser.test_one_place import SIZES, no_scroll
from tests.support.at_the_desk import at_post
from tests.support.town import settle

LONG = "La ligne reste ouverte pendant la réunion de 14 h : deux d'entre vous y restent. " * 3


def test_a_message_is_written_from_the_wall_seen_on_every_page_and_acknowledged(
    opens: Opens, is_accessible: Checks
) -> None:
    settle("karim", phone=KARIM)
    settle("ines", role="supervisor", departments=["46"], phone="+33565000009")
    karims = at_post(opens)
    karims.goto("/callbacks")
    ines = opens("ines")
    ines.get_by_role("link", name="Écrire à Karim").click()
    is_accessible(ines, "nothing written yet")
    expect(ines.locator("#message-to")).to_contain_text("Karim")
    assert ines.locator("#message-to option:checked").inner_text().startswith("Karim")
    ines.fill("#message-words", LONG)
    ines.get_by_role("button", name="Envoyer").click()
    expect(ines.locator("[role=status]", has_text="Le message est envoyé.")).to_be_visible()
    expect(karims.locator("#messages")).to_contain_text("La ligne reste ouverte", timeout=30_000)
    is_accessible(karims, "a message, on another page")
    karims.goto("/desk")
    karims.locator("#panel-home").click()  # a gesture: first the browser says that it is silent
    before = karims.locator("#choice select").bounding_box()
    for width, height in SIZES:
        karims.set_viewport_size({"width": width, "height": height})
        expect(karims.get_by_role("button", name="J'ai lu")).to_be_in_viewport(ratio=1)
        assert no_scroll(karims)
    karims.set_viewport_size({"width": 1440, "height": 900})
    karims.locator(".bar__words").click()
    expect(karims.locator("[popover]")).to_be_visible()
    is_accessible(karims, "a message, the whole of it")
    karims.keyboard.press("Escape")
    karims.get_by_role("button", name="J'ai lu").click()
    expect(karims.locator(".bar__message")).to_have_count(0)
    assert karims.locator("#choice select").bounding_box() == before
    ines.reload()
    expect(ines.locator("main")).to_contain_text("lu par 1 sur 1")
    ines.locator("details summary").click()
    is_accessible(ines, "read")
