"""The operator's settings and the roster: what is wrong is said, all of it, with the place."""

import pytest

from kit.errors import KitError
from kit.hub.people import Person, read_logins, read_people
from kit.hub.preparation import EXAMPLE, _point_to_gradebook
from kit.hub.settings import parse_settings, read_settings

GOOD = {"courses": {"ai": {"title": "AI", "assignments": ["error-bars"], "most_attempts": 3}}}


def write_roster(folder, *lines, header="id,role,site,language,timezone,courses"):
    path = folder / "roster.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_example_that_a_new_hub_gets_is_valid():
    settings = read_settings(EXAMPLE / "hub.yaml")
    people = read_people(EXAMPLE / "roster.csv", [course.name for course in settings.courses])
    assert {person.role for person in people} == {"student", "mentor"}
    assert settings.address == "127.0.0.1"


def test_a_course_has_its_own_policy():
    course = parse_settings(GOOD).courses[0]
    assert (course.name, course.assignments, course.most_attempts) == ("ai", ("error-bars",), 3)
    assert course.after_due


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(KitError) as told:
        parse_settings(
            {"prot": 8000, "accounts": "free for all", "courses": {"A b": {}}, "jobs": 0}
        )
    message = told.value.message()
    for part in ("'prot'", "free for all", "'A b'", "'jobs'"):
        assert part in message


def test_a_certificate_without_its_key_is_refused():
    with pytest.raises(KitError, match="belong together"):
        parse_settings(GOOD | {"certificate": "/etc/hub.pem"})


def test_what_is_no_address_of_a_gradebook_is_refused_and_not_repeated():
    for wrong in ("gradebook of secret-5582", "/srv/secret-5582.db"):
        with pytest.raises(KitError, match="postgresql://user@host/name") as told:
            parse_settings({"courses": {"ai": {"db_url": wrong}}})
        assert "secret" not in told.value.message()
    for right in ("postgresql:///ai", "postgresql+psycopg://hub:x@db.example.org:5432/ai"):
        assert parse_settings({"courses": {"ai": {"db_url": right}}}).courses[0].db_url == right


def test_a_course_is_pointed_to_its_gradebook_and_back_and_its_own_configuration_stays(tmp_path):
    from kit.grading.course import load_course

    path = tmp_path / "nbgrader_config.py"
    _point_to_gradebook(path, "postgresql:///ai")
    assert load_course(tmp_path, new=True).db_url == "postgresql:///ai"
    _point_to_gradebook(path, "")
    assert load_course(tmp_path, new=True).db_url == f"sqlite:///{tmp_path}/gradebook.db"
    path.write_text("c = get_config()\n")
    _point_to_gradebook(path, "")
    with pytest.raises(KitError, match="configuration of its own"):
        _point_to_gradebook(path, "postgresql:///ai")
    assert path.read_text() == "c = get_config()\n"


def test_a_folder_without_settings_is_no_hub(tmp_path):
    with pytest.raises(KitError, match="kit hub new"):
        read_settings(tmp_path / "hub.yaml")


def test_people_are_in_all_courses_unless_the_roster_says_which(tmp_path):
    path = write_roster(tmp_path, "par-01,student,Paris,fr,Europe/Paris,", "scl-01,student,,,,ai")
    paris, santiago = read_people(path, ["ai", "ocean"])
    assert paris == Person("par-01", "student", "Paris", "fr", "Europe/Paris")
    assert paris.takes_part("ocean")
    assert not santiago.takes_part("ocean")
    assert santiago.timezone == "UTC"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("../root,student,,,,", "can not be an id"),
        ("Par-01,student,,,,", "can not be an id"),
        ("par-01,boss,,,,", "is no role"),
        ("par-01,student,,,Mars/Base,", "is no time zone"),
        ("par-01,student,,,../../etc/passwd,", "is no time zone"),
        ("par-01,student,,français,,", "is no language"),
        ("par-01,student,,,,physics", "no course 'physics'"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path, line, complaint):
    with pytest.raises(KitError, match=complaint) as told:
        read_people(write_roster(tmp_path, line), ["ai"])
    assert "line 2" in told.value.message()


def test_an_id_that_is_there_twice_is_refused(tmp_path):
    path = write_roster(tmp_path, "par-01,student,,,,", "par-01,mentor,,,,")
    with pytest.raises(KitError, match="twice"):
        read_people(path, ["ai"])


def test_log_in_names_of_another_system_belong_to_ids_of_the_roster(tmp_path):
    people = [Person("par-01", "student")]
    path = tmp_path / "people.csv"
    path.write_text("id,login,name\npar-01,Marie@Example.org,M\n", encoding="utf-8")
    assert read_logins(path, people) == {"marie@example.org": "par-01"}
    path.write_text("id,login,name\npar-02,x@example.org,X\n", encoding="utf-8")
    with pytest.raises(KitError, match="not in the roster"):
        read_logins(path, people)
