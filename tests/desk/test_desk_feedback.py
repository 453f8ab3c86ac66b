"""Feedback from the desk: as the student will see it, in their language, and known to be out of date."""

from desk_examples import NAME, act

from kit.desk.answers import Shelf
from kit.desk.appeals import file_for
from kit.desk.feedback import feedback_version, render_page, write_pages
from kit.desk.marking import give_mark


def test_a_page_shows_marks_and_comments_and_no_hidden_test(classroom):
    give_mark(classroom, act(classroom, "s-02", 2, own="Think of the <Moon>."))
    page = render_page(classroom, Shelf(classroom.course), classroom.room(NAME), "s-02")
    assert "Think of the &lt;Moon&gt;." in page
    assert "abs(hours()" not in page


def test_a_page_is_out_of_date_as_soon_as_a_mark_or_a_comment_changes(classroom):
    shelf = Shelf(classroom.course)
    room = classroom.room(NAME)
    assert list(write_pages(classroom, shelf, room, ["s-01", "s-07"], "ana")) == ["s-01", "s-07"]
    room = classroom.room(NAME)
    assert room.records.feedback["s-01"] == feedback_version(room, "s-01")
    give_mark(classroom, act(classroom, "s-01", 2))
    room = classroom.room(NAME)
    assert room.records.feedback["s-01"] != feedback_version(room, "s-01")
    assert room.records.feedback["s-07"] == feedback_version(room, "s-07")


def test_a_page_is_in_the_language_of_its_student(classroom, monkeypatch, tmp_path):
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    from kit import i18n

    # A catalogue as translators make it, of two sentences.
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kit.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Your marks"\nmsgstr "Vos notes"\n\n'
        'msgid "Answer to your appeal: {answer}"\nmsgstr "Réponse à votre recours : {answer}"\n',
        encoding="utf-8",
    )
    with (folder / "kit.po").open("rb") as po, (folder / "kit.mo").open("wb") as mo:
        write_mo(mo, read_po(po))
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    i18n._catalogue.cache_clear()
    try:
        room = classroom.room(NAME)
        number = file_for(classroom, room, room.question(NAME, "why"), "s-02", "But no.", "ana")
        give_mark(classroom, act(classroom, "s-02", 2, answers={number: "Bien vu."}))
        shelf, room = Shelf(classroom.course), classroom.room(NAME)
        french = render_page(classroom, shelf, room, "s-02")
        assert '<html lang="fr">' in french
        assert "Vos notes" in french
        assert "Réponse à votre recours : Bien vu." in french
        english = render_page(classroom, shelf, room, "s-01")
        assert "Your marks" in english
    finally:
        i18n._catalogue.cache_clear()
